import { topicPatterns, topics } from './generated/topics.ts';
import type { TopicRecords } from './generated/topics.ts';
import type { RecordName } from './generated/schemas.ts';

export type TopicName = keyof TopicRecords;

/** What is known of a topic, from its topic.json. */
export interface TopicDefinition {
  readonly name: string;
  readonly record: RecordName;
  /** Fields of the record that make up the message key; see `keyOf`. */
  readonly key: readonly string[];
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact';
  /** How long messages are kept, by the broker's clock; -1 is for good. */
  readonly retentionMs: number;
  /** Who publishes it: `users`, one agent's name, or `mesh` for any agent. */
  readonly owner: string;
  readonly compatibility: 'BACKWARD_TRANSITIVE' | 'FULL_TRANSITIVE';
  readonly description: string;
}

/** The registry's subject for the values of a topic (TopicNameStrategy, what Connect, ksqlDB and every UI expect). */
export const subjectOf = (topic: string): string => `${topic}-value`;

/**
 * The definition of a topic, also of one that belongs to a family, such as an agent's inbox.
 * Throws on an unknown name, naming the nearest.
 */
export function topicFor(name: string): TopicDefinition {
  const concrete = byName.get(name);
  if (concrete !== undefined) return concrete;
  const pattern = topicPatterns.find((topic) => belongsTo(topic.name, name));
  if (pattern !== undefined) return { ...pattern, name };
  const nearest = [...topics, ...topicPatterns]
    .map((topic) => ({ name: topic.name, distance: editDistance(topic.name, name) }))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, 3);
  throw new Error(`There is no topic ${name}. The nearest are ${nearest.map((topic) => topic.name).join(', ')}.`);
}

const byName: ReadonlyMap<string, TopicDefinition> = new Map(topics.map((topic) => [topic.name, topic]));

const belongsTo = (pattern: string, name: string): boolean => {
  const [before = '', after = ''] = pattern.split(/<[^>]*>/);
  const part = name.slice(before.length, name.length - after.length);
  return name.startsWith(before) && name.endsWith(after) && /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(part);
};

/** Levenshtein's distance: the fewest characters to insert, delete or replace. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (a[i] === b[j] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/**
 * The Kafka configuration of a topic. Timestamps are the broker's, the one clock of the mesh. What differs from cluster to
 * cluster is left to the cluster, except that with a `replicationFactor` every message is on all replicas but one before it is
 * acknowledged, so that one broker may be away.
 */
export function topicConfig(topic: TopicDefinition, replicationFactor?: number): Readonly<Record<string, string>> {
  const compacted = topic.cleanup === 'compact';
  const config = {
    'cleanup.policy': topic.cleanup,
    'retention.ms': topic.retentionMs,
    'message.timestamp.type': 'LogAppendTime',
    // A segment is dropped or compacted only after it was closed: close it often enough for the retention to be true.
    'segment.ms': compacted ? 6 * hourMs : Math.min(dayMs, Math.max(hourMs, Math.floor(topic.retentionMs / 7))),
    ...(compacted && {
      'min.cleanable.dirty.ratio': 0.1,
      'max.compaction.lag.ms': dayMs,
      'delete.retention.ms': 7 * dayMs,
    }),
    ...(replicationFactor !== undefined && { 'min.insync.replicas': Math.max(1, replicationFactor - 1) }),
  };
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value)]));
}
