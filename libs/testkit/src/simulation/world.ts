import { heardTopics, type AgentDefinition } from '@muster/agent';
import { deadLetterTopic, memoryCluster, type Bus, type MemoryCluster } from '@muster/bus';
import { topicConfig, topicFor, topics, type TopicName } from '@muster/schemas';
import { memoryStateStore, type MemoryStateStore } from '@muster/state';
import type { Codec } from './codec.ts';
import type { Plan } from './plan.ts';
import { randomFrom, type Random } from './random.ts';
import { virtualTime, type VirtualTime } from './virtual-time.ts';

/** What the processes of a simulation share. */
export interface World {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly cluster: MemoryCluster;
  readonly store: MemoryStateStore;
  readonly codec: Codec;
  /** What was done to the mesh, and when. */
  readonly notes: { readonly at: number; readonly text: string }[];
  isStoreLossy: boolean;
}

interface Setting {
  readonly agents: readonly AgentDefinition[];
  readonly topics: readonly TopicName[];
}

export async function newWorld(
  plan: Plan,
  setting: Setting,
  codec: Codec,
): Promise<{ readonly world: World; readonly user: Bus }> {
  await codec.ready();
  // Another sequence than the plan's own, or what happens would hang together with what was planned.
  const random = randomFrom(plan.seed + 2 ** 40);
  const time = virtualTime(random);
  codec.setClock(time.now);
  const cluster = memoryCluster({
    clock: time.now,
    schedule: (run, delayMs = 0) => void time.after(delayMs + random.between(0.05, 3), run),
    topics: topicsOf(plan, setting),
  });
  const store = memoryStateStore({ now: time.now });
  const world = { time, random, cluster, store, codec, notes: [], isStoreLossy: false };
  return { world, user: codec.busOn(cluster.connect('user')) };
}

/** The catalogue, and the topics that only this setting has. */
export function topicNames({ topics: own }: Setting): TopicName[] {
  return [...new Set([...topics.map(({ name }) => name as TopicName), ...own])];
}

function topicsOf({ partitions }: Plan, setting: Setting) {
  const own = topicNames(setting).map((topic) => ({ topic, partitions, config: topicConfig(topicFor(topic)) }));
  const aside = setting.agents.flatMap((agent) =>
    heardTopics(agent).map((topic) => ({
      topic: deadLetterTopic(topic, `muster.${agent.name}`),
      partitions: 1,
      config: {},
    })),
  );
  return [...own, ...aside];
}
