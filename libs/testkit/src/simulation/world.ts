import { deadLetterTopic, memoryCluster, type Bus, type MemoryCluster } from '@muster/bus';
import { heardTopics } from '@muster/agent';
import { topicConfig, topicFor, topics } from '@muster/schemas';
import { memoryStateStore, type MemoryStateStore } from '@muster/state';
import { subjectAgents } from '../trial/subjects.ts';
import { sharedCodec } from './codec.ts';
import type { Plan } from './plan.ts';
import { randomFrom, type Random } from './random.ts';
import { virtualTime, type VirtualTime } from './virtual-time.ts';

/** What the processes of a simulation share. */
export interface World {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly cluster: MemoryCluster;
  readonly store: MemoryStateStore;
  /** What was done to the mesh, and when. */
  readonly notes: { readonly at: number; readonly text: string }[];
  /** Idempotency keys with which actions touched the world. */
  readonly effects: string[];
  isStoreLossy: boolean;
}

export const codec = sharedCodec();

export async function newWorld(plan: Plan): Promise<{ readonly world: World; readonly user: Bus }> {
  await codec.ready();
  // Another sequence than the plan's own, or what happens would hang together with what was planned.
  const random = randomFrom(plan.seed + 2 ** 40);
  const time = virtualTime(random);
  codec.setClock(time.now);
  const cluster = memoryCluster({
    clock: time.now,
    schedule: (run, delayMs = 0) => void time.after(delayMs + random.between(0.05, 3), run),
    topics: topicsOf(plan),
  });
  const store = memoryStateStore({ now: time.now });
  const world = { time, random, cluster, store, notes: [], effects: [], isStoreLossy: false };
  return { world, user: codec.busOn(cluster.connect('user')) };
}

function topicsOf({ partitions }: Plan) {
  const own = [...topics.map(({ name }) => name), 'muster.inbox.worker.v1'].map((topic) => ({
    topic,
    partitions,
    config: topicConfig(topicFor(topic)),
  }));
  const aside = subjectAgents({ effect: () => undefined }).flatMap((agent) =>
    heardTopics(agent).map((topic) => ({
      topic: deadLetterTopic(topic, `muster.${agent.name}`),
      partitions: 1,
      config: {},
    })),
  );
  return [...own, ...aside];
}
