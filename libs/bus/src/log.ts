/**
 * The log: an ordered, partitioned record store with consumer groups. This file is the seam between Muster and a Kafka
 * client; everything above it knows only these names. It speaks of bytes; Avro begins one floor up, in `bus.ts`.
 */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface TopicPartitionOffset extends TopicPartition {
  /** Of the next record to read or handle, never of the last one handled. */
  readonly offset: number;
}

export type RecordHeaders = Readonly<Record<string, Uint8Array | undefined>>;

/** A record as it stands in the log. */
export interface LogRecord extends TopicPartitionOffset {
  /** Epoch ms, set by the broker (topics use LogAppendTime): the mesh's one clock. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  /** `null` is a tombstone. */
  readonly value: Uint8Array | null;
  readonly headers: RecordHeaders;
}

/** A record to be appended; the partition follows from the key (murmur2, as Java's default) unless it is given. */
export interface NewRecord {
  readonly topic: string;
  readonly key: Uint8Array | string | null;
  readonly value: Uint8Array | null;
  readonly headers?: RecordHeaders;
  readonly partition?: number;
}

/** Records of one partition, in offset order, never empty. */
export interface RecordBatch extends TopicPartition {
  readonly records: readonly LogRecord[];
  /** Offset of the record that will be appended next, as the broker knew it when it answered. */
  readonly endOffset: number;
  /** Where reading goes on: behind the last record, and behind the hole that compaction may have left there. */
  readonly nextOffset: number;
}

/** Where to begin reading a partition. A `time` (epoch ms) means the first record at or after it. */
export type StartAt =
  | { readonly at: 'beginning' | 'end' }
  | { readonly at: 'offset'; readonly offset: number }
  | { readonly at: 'time'; readonly time: number };

export interface Assignment {
  /** The group's generation: grows with every rebalance; a fencing token. */
  readonly generation: number;
  readonly memberId: string;
  /** Partition numbers owned. A number is owned for every topic of the group that has it (co-partitioning). */
  readonly partitions: readonly number[];
  readonly topicPartitions: readonly TopicPartition[];
}

/** What a member of a group is told. No callback may block: hand the work on and return. */
export interface GroupListener {
  /**
   * These partitions are ours as of this generation. No records come before the returned promise resolves with where each
   * starts (missing: the committed offset, else the end of the log). If it rejects, the member goes on trying with backoff until the next
   * rebalance; it never skips.
   */
  assigned(
    assignment: Assignment,
    committed: readonly TopicPartitionOffset[],
  ): Promise<readonly (TopicPartition & StartAt)[]>;
  /** The generation is over: stop at once, publish nothing more for it. Always called before the next `assigned`. */
  revoked(generation: number): void;
  records(batch: RecordBatch): void;
  /** The membership ended and cannot be repaired (guard 7): the process should stop. Called at most once. */
  lost(fault: Error): void;
}

export interface GroupOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly listener: GroupListener;
  readonly sessionTimeoutMs?: number;
  readonly heartbeatIntervalMs?: number;
  /** Bound on bytes per partition and fetch. */
  readonly maxBytesPerPartition?: number;
}

export interface Membership {
  /** Stops delivery of a partition; a batch already handed over stays handed over. Idempotent. Ends with the generation. */
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** Commits for lag and tools. Throws a {@link FencedError} when the generation is over, so it also proves that it is not. */
  commit(generation: number, offsets: readonly TopicPartitionOffset[]): Promise<void>;
  /** Gives up the partitions and reads them again: a new `revoked`/`assigned` pair for this member. Used when the state behind them was lost. */
  reassign(): void;
  /** Leaves the group (others take over at once). After it resolves no callback comes. Bounded by `deadlineMs`. */
  leave(deadlineMs: number): Promise<void>;
  /** When the broker last confirmed this membership (epoch ms), for the watchdog. */
  readonly confirmedAt: number;
  /**
   * Every record of the owned partitions that the log took in before this time (epoch ms, by this machine's clock) has been handed over, save for
   * paused partitions and for those whose last batch ended before its `endOffset`. 0 until the first reading of a generation is through. While the log can't be
   * read it stands still, so what waits for a time does not come before records that were there first.
   */
  readonly deliveredThrough: number;
}

export interface FollowOptions {
  readonly topics: readonly string[];
  readonly from: StartAt;
  records(batch: RecordBatch): void;
  /** Called once, when everything that was in the log at the start has been delivered (at once if there was nothing). */
  caughtUp?(): void;
  lost(fault: Error): void;
}

/** Reads every partition of some topics outside any shared group: tables, `muster tail`, fan-out consumers. */
export interface Following {
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  stop(deadlineMs: number): Promise<void>;
}

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** Broker topic configuration, e.g. `cleanup.policy`. */
  readonly config: Readonly<Record<string, string>>;
  /** Default: the cluster's own. */
  readonly replicationFactor?: number;
}

export interface TopicCondition {
  readonly topic: string;
  readonly partitions: number;
  /** Numbers of the partitions that nobody leads: they can be neither read nor written. */
  readonly offline: readonly number[];
  /** Of those with fewer replicas in sync than they should have. */
  readonly outOfSync: readonly number[];
}

/** How a cluster is, as one of its brokers sees it. */
export interface ClusterCondition {
  /** How many are up. */
  readonly brokers: number;
  readonly hasController: boolean;
  readonly topics: readonly TopicCondition[];
}

export interface LogAdmin {
  topics(): Promise<readonly { readonly topic: string; readonly partitions: number }[]>;
  /** Creates what is missing; returns the names created. A topic that exists with another partition count is an error naming both counts. */
  createTopics(specs: readonly TopicSpec[]): Promise<readonly string[]>;
  deleteTopics(topics: readonly string[]): Promise<void>;
  /** First and next offset of every partition. */
  offsets(
    topic: string,
  ): Promise<readonly { readonly partition: number; readonly beginning: number; readonly end: number }[]>;
  offsetsAt(topic: string, time: number): Promise<readonly TopicPartitionOffset[]>;
  committed(group: string, topics: readonly string[]): Promise<readonly TopicPartitionOffset[]>;
  groups(): Promise<readonly { readonly group: string; readonly members: number; readonly state: string }[]>;
  deleteGroup(group: string): Promise<void>;
  /** How the cluster is, with all topics or those of the named ones that exist. By kafkajs it rejects while a partition is offline: its answer would name none. */
  condition(topics?: readonly string[]): Promise<ClusterCondition>;
}

export interface Log {
  /**
   * Appends with acks from all replicas; resolves when all are stored, in the order of the call per partition. Calls of one
   * tick or of the linger window share requests. Rejects with a {@link LogUnavailableError} (transient: nothing is known about what was
   * stored, the caller repeats with the same ids) or a {@link RecordRefusedError} (permanent: too large, unknown topic).
   */
  append(records: readonly NewRecord[]): Promise<void>;
  /** Rejects, naming it, when a topic does not exist. */
  join(options: GroupOptions): Promise<Membership>;
  /** Resolves once it is settled where reading starts: what is appended after that is delivered. Rejects, naming it, when a topic does not exist. */
  follow(options: FollowOptions): Promise<Following>;
  readonly admin: LogAdmin;
  close(deadlineMs: number): Promise<void>;
}

export class FencedError extends Error {
  override readonly name = 'FencedError';
}

export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError';
  readonly faultClass = 'transient';
}

/** Why a record is refused for good; `invalid` is everything else, from a partition that is not there to a missing permission. */
export type RefusalCode = 'too-large' | 'unknown-topic' | 'invalid';

export class RecordRefusedError extends Error {
  override readonly name = 'RecordRefusedError';
  readonly faultClass = 'permanent';
  readonly code: RefusalCode;

  constructor(message: string, code: RefusalCode = 'invalid', options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
