/** What a conformance test works with: clients, topics and groups of its own, and listeners that write down what they hear. */
import { randomUUID } from 'node:crypto';
import { vi } from 'vitest';
import type {
  Assignment,
  FollowOptions,
  Following,
  GroupListener,
  GroupOptions,
  Log,
  LogRecord,
  Membership,
  NewRecord,
  RecordBatch,
  TopicPartitionOffset,
} from '../../src/log.ts';

type Assigned = GroupListener['assigned'];

export type Heard =
  | { readonly kind: 'assigned'; readonly assignment: Assignment; readonly committed: readonly TopicPartitionOffset[] }
  | { readonly kind: 'settled'; readonly generation: number }
  | { readonly kind: 'revoked'; readonly generation: number }
  | { readonly kind: 'lost'; readonly fault: Error };

export interface ObservedMember {
  readonly membership: Membership;
  readonly heard: readonly Heard[];
  readonly batches: readonly RecordBatch[];
  readonly records: readonly LogRecord[];
  /** The assignment that holds and whose `assigned` has settled; undefined while there is none. */
  readonly holding: Assignment | undefined;
}

export interface ObservedFollowing {
  readonly following: Following;
  readonly records: readonly LogRecord[];
  readonly caughtUpAfter: readonly number[];
}

export interface Scene {
  connect(): Log;
  unique(what: string): string;
  /** Creates a topic and returns its name. */
  topic(partitions: number): Promise<string>;
  join(log: Log, options: Omit<GroupOptions, 'listener'>, assigned?: Assigned): Promise<ObservedMember>;
  follow(log: Log, options: Pick<FollowOptions, 'topics' | 'from'>): Promise<ObservedFollowing>;
  /** Every record of a topic as a follower of its own sees it, once there are `count`. */
  readAll(log: Log, topic: string, count: number): Promise<readonly LogRecord[]>;
  eventually<T>(check: () => T | Promise<T>): Promise<T>;
  clear(): Promise<void>;
}

export const fromBeginning: Assigned = ({ topicPartitions }) =>
  Promise.resolve(topicPartitions.map((partition) => ({ ...partition, at: 'beginning' as const })));

/** Names nothing, so that the committed offset or the end of the log holds. */
export const fromCommitted: Assigned = () => Promise.resolve([]);

export const text = (value: string): Uint8Array => Buffer.from(value);

export const valuesOf = (records: readonly LogRecord[]): string[] =>
  records.map(({ value }) => (value === null ? 'null' : Buffer.from(value).toString()));

/** `count` records for one partition with the values `<prefix>0`, `<prefix>1`... */
export const numbered = (topic: string, partition: number, count: number, prefix = `${partition}:`): NewRecord[] =>
  Array.from({ length: count }, (_, i) => ({ topic, partition, key: null, value: text(`${prefix}${i}`) }));

export function sceneOf(connectClient: (clientId: string) => Log, patienceMs: number): Scene {
  const logs: Log[] = [];
  const eventually: Scene['eventually'] = (check) => vi.waitFor(check, { timeout: patienceMs, interval: 10 });
  const unique = (what: string) => `${what}-${randomUUID().slice(0, 13)}`;
  const connect = () => {
    const log = connectClient(unique('client'));
    logs.push(log);
    return log;
  };
  const follow: Scene['follow'] = async (log, options) => {
    const records: LogRecord[] = [];
    const caughtUpAfter: number[] = [];
    const following = await log.follow({
      ...options,
      records: (batch) => void records.push(...batch.records),
      caughtUp: () => void caughtUpAfter.push(records.length),
      lost(fault) {
        throw fault;
      },
    });
    return { following, records, caughtUpAfter };
  };

  return {
    connect,
    unique,
    follow,
    eventually,
    async topic(partitions) {
      const topic = unique('topic');
      await connect().admin.createTopics([
        { topic, partitions, config: { 'message.timestamp.type': 'LogAppendTime' }, replicationFactor: 1 },
      ]);
      return topic;
    },
    async join(log, options, assigned = fromBeginning) {
      const heard: Heard[] = [];
      const batches: RecordBatch[] = [];
      const records: LogRecord[] = [];
      const membership = await log.join({
        heartbeatIntervalMs: 200,
        ...options,
        listener: {
          async assigned(assignment, committed) {
            heard.push({ kind: 'assigned', assignment, committed });
            const starts = await assigned(assignment, committed);
            heard.push({ kind: 'settled', generation: assignment.generation });
            return starts;
          },
          revoked: (generation) => void heard.push({ kind: 'revoked', generation }),
          records(batch) {
            batches.push(batch);
            records.push(...batch.records);
          },
          lost: (fault) => void heard.push({ kind: 'lost', fault }),
        },
      });
      return {
        membership,
        heard,
        batches,
        records,
        get holding() {
          if (heard.at(-1)?.kind !== 'settled') return undefined;
          const last = heard.findLast((event) => event.kind === 'assigned');
          return last?.kind === 'assigned' ? last.assignment : undefined;
        },
      };
    },
    async readAll(log, topic, count) {
      const { following, records } = await follow(log, { topics: [topic], from: { at: 'beginning' } });
      await eventually(() => {
        if (records.length < count) throw new Error(`${records.length} of ${count} records of ${topic} have come.`);
      });
      await following.stop(5_000);
      return records;
    },
    async clear() {
      await Promise.all(logs.splice(0).map((log) => log.close(5_000)));
    },
  };
}
