/** Collects what there is to know about a running mesh. */
import { checkSchemas } from '@muster/bus';
import type { Bus, Message } from '@muster/bus';
import { topics } from '@muster/schemas';
import type { TopicName } from '@muster/schemas';
import type { Addresses } from './addresses.ts';
import { agentLines } from './agent-status.ts';
import type { AgentLine } from './agent-status.ts';
import { history } from './topic-history.ts';

export interface GroupLag {
  readonly group: string;
  readonly state: string;
  readonly members: number;
  /** Messages yet to be read, by topic. */
  readonly lag: Readonly<Record<string, number>>;
}

export interface MeshStatus {
  readonly kafka: { readonly brokers: readonly string[]; readonly topics: number; readonly missing: readonly string[] };
  readonly schemaRegistry: {
    readonly url: string;
    readonly missing: readonly string[];
    readonly incompatible: readonly string[];
  };
  readonly agents: readonly AgentLine[];
  readonly groups: readonly GroupLag[];
}

/** Heartbeats older than this say nothing any more. */
const HEARTBEATS_MS = 120_000;

export async function readStatus(bus: Bus, { brokers, schemaRegistryUrl }: Addresses): Promise<MeshStatus> {
  const { admin } = bus.log;
  const existing = new Set((await admin.topics()).map(({ topic }) => topic));
  const names = topics.map(({ name }) => name as TopicName);
  const present = names.filter((name) => existing.has(name));
  const now = Date.now();
  const [checked, cards, heartbeats, groups] = await Promise.all([
    checkSchemas(schemaRegistryUrl, names),
    existing.has('muster.agent-cards.v1') ? history(bus, 'muster.agent-cards.v1', { at: 'beginning' }) : [],
    existing.has('muster.agent-heartbeats.v1')
      ? history(bus, 'muster.agent-heartbeats.v1', { at: 'time', time: now - HEARTBEATS_MS })
      : [],
    groupLags(bus, present),
  ]);
  const subjects = (verdicts: readonly string[]) =>
    checked.filter(({ verdict }) => verdicts.includes(verdict)).map(({ subject }) => subject);
  const heard = heartbeats.map(({ value, timestamp }) => ({ heartbeat: value, at: timestamp }));
  return {
    kafka: { brokers, topics: existing.size, missing: names.filter((name) => !existing.has(name)) },
    schemaRegistry: {
      url: schemaRegistryUrl,
      missing: subjects(['new', 'compatible']),
      incompatible: subjects(['incompatible']),
    },
    agents: agentLines(newestByKey(cards), heard, Date.now()),
    groups,
  };
}

const newestByKey = (cards: readonly Message<'muster.agent-cards.v1'>[]) => [
  ...new Map(cards.map(({ key, value }) => [key, value])).values(),
];

async function groupLags({ log: { admin } }: Bus, names: readonly string[]): Promise<GroupLag[]> {
  const groups = (await admin.groups()).filter(({ group }) => !group.startsWith('muster-follow-'));
  const ends = new Map<string, number>();
  await Promise.all(
    names.map(async (topic) => {
      for (const { partition, end } of await admin.offsets(topic)) ends.set(`${topic}/${partition}`, end);
    }),
  );
  const lags = groups.map(async ({ group, members, state }): Promise<GroupLag> => {
    const lag: Record<string, number> = {};
    for (const { topic, partition, offset } of await admin.committed(group, names))
      lag[topic] = (lag[topic] ?? 0) + Math.max(0, (ends.get(`${topic}/${partition}`) ?? offset) - offset);
    return { group, members, state, lag };
  });
  return (await Promise.all(lags)).toSorted((a, b) => (a.group < b.group ? -1 : 1));
}
