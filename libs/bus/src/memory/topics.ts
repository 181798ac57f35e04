/** Topics and partitions in memory: append-only arrays with the rules a broker enforces. */
import { RecordRefusedError } from '../log.ts';
import type { LogRecord, NewRecord, StartAt, TopicSpec } from '../log.ts';
import { partitionOfKey } from '../partition-of-key.ts';

/** Kafka's default of a topic's `max.message.bytes`, less the framing of a batch. */
const MAX_RECORD_BYTES = 1024 * 1024;

export interface Partition {
  readonly topic: string;
  readonly partition: number;
  readonly records: LogRecord[];
  /** Called after every append. */
  readonly watchers: Set<() => void>;
}

interface Topic {
  readonly partitions: readonly Partition[];
  readonly maxRecordBytes: number;
  /** Records of all partitions in the order in which they were appended. */
  readonly history: LogRecord[];
  unkeyed: number;
}

export interface Topics {
  create(spec: TopicSpec): boolean;
  delete(topic: string): void;
  list(): { topic: string; partitions: number }[];
  /** Empty when there is no such topic. */
  partitions(topic: string): readonly Partition[];
  history(topic: string): readonly LogRecord[];
  /** Appends all or none. @throws RecordRefusedError */
  append(records: readonly NewRecord[]): void;
  /** Has all readers look again: what was in their way is gone. */
  wakeAll(): void;
}

export function memoryTopics(clock: () => number): Topics {
  const topics = new Map<string, Topic>();
  return {
    create({ topic, partitions, config }) {
      const existing = topics.get(topic)?.partitions.length;
      if (existing === partitions) return false;
      if (existing !== undefined) {
        throw new Error(
          `Topic ${topic} has ${existing} partitions and ${partitions} were asked for; keys would move: create a new topic instead.`,
        );
      }
      topics.set(topic, {
        partitions: Array.from({ length: partitions }, (_, partition) => ({
          topic,
          partition,
          records: [],
          watchers: new Set<() => void>(),
        })),
        maxRecordBytes: Number(config['max.message.bytes'] ?? MAX_RECORD_BYTES),
        history: [],
        unkeyed: 0,
      });
      return true;
    },
    delete: (topic) => void topics.delete(topic),
    list: () => [...topics].map(([topic, { partitions }]) => ({ topic, partitions: partitions.length })),
    partitions: (topic) => topics.get(topic)?.partitions ?? [],
    history: (topic) => topics.get(topic)?.history ?? [],
    append(records) {
      const placed = records.map((record) => place(record, topics.get(record.topic)));
      for (const { record, topic, partition } of placed) {
        const stored = toLogRecord(record, partition, clock());
        partition.records.push(stored);
        topic.history.push(stored);
      }
      for (const { partition } of placed) for (const wake of partition.watchers) wake();
    },
    wakeAll() {
      for (const { partitions } of topics.values())
        for (const { watchers } of partitions) for (const wake of watchers) wake();
    },
  };
}

/** Offset at which reading begins, kept within the log. */
export function startOffset({ records }: Partition, start: StartAt): number {
  switch (start.at) {
    case 'beginning':
      return 0;
    case 'end':
      return records.length;
    case 'offset':
      return Math.min(Math.max(start.offset, 0), records.length);
    case 'time': {
      const first = records.findIndex((record) => record.timestamp >= start.time);
      return first < 0 ? records.length : first;
    }
  }
}

function place(record: NewRecord, topic: Topic | undefined) {
  if (!topic)
    throw new RecordRefusedError(
      `Topic ${record.topic} does not exist; create it, nothing creates topics by itself.`,
      'unknown-topic',
    );
  const bytes = sizeOf(record);
  if (bytes > topic.maxRecordBytes) {
    throw new RecordRefusedError(
      `A record of ${bytes} bytes for ${record.topic} is larger than the limit of ${topic.maxRecordBytes} bytes.`,
      'too-large',
    );
  }
  const count = topic.partitions.length;
  const number =
    record.partition ?? (record.key === null ? topic.unkeyed++ % count : partitionOfKey(record.key, count));
  const partition = topic.partitions[number];
  if (!partition)
    throw new RecordRefusedError(`Topic ${record.topic} has no partition ${number}; it has ${count}.`, 'invalid');
  return { record, topic, partition };
}

function sizeOf({ key, value, headers = {} }: NewRecord): number {
  const ofHeaders = Object.entries(headers).reduce((sum, [name, bytes]) => sum + name.length + (bytes?.length ?? 0), 0);
  return (key === null ? 0 : Buffer.byteLength(key)) + (value?.length ?? 0) + ofHeaders;
}

function toLogRecord(
  { key, value, headers = {} }: NewRecord,
  { topic, partition, records }: Partition,
  now: number,
): LogRecord {
  return {
    topic,
    partition,
    offset: records.length,
    timestamp: Math.max(now, records.at(-1)?.timestamp ?? 0),
    key: typeof key === 'string' ? Buffer.from(key) : key,
    value,
    headers,
  };
}
