/**
 * The parts of kafkajs that its public face hides and the guards need. Written against one version, whose source is
 * frozen; every use asks {@link isKnownVersion} first, so that another version is noticed and never patched blindly.
 */
import { createRequire } from 'node:module';
import type { Batch, Cluster } from 'kafkajs';

const require = createRequire(import.meta.url);

export const KNOWN_VERSION = '2.2.4';

export const installedVersion = (): string => (require('kafkajs/package.json') as { version: string }).version;

export const isKnownVersion = (): boolean => installedVersion() === KNOWN_VERSION;

/** A module of kafkajs by its path below `src`. */
export const internal = (path: string): unknown => require(`kafkajs/src/${path}`);

/** Puts something else in the place of a module of kafkajs, for those that load it from now on. */
export function replaceInternal(path: string, by: (theirs: unknown) => unknown): void {
  const file = require.resolve(`kafkajs/src/${path}`);
  const theirs: unknown = require(file);
  require.cache[file]!.exports = by(theirs);
}

export interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

/** What was fetched of one partition, with what its type declaration leaves out. */
export interface FetchedBatch extends Pick<Batch, 'topic' | 'partition' | 'highWatermark' | 'messages' | 'lastOffset'> {
  /** All records, also those before the wanted offset, aborted ones and markers. */
  readonly rawMessages: readonly {
    /** The batch of the log that the record belongs to. */
    readonly batchContext?: { readonly firstOffset: string; readonly lastOffsetDelta: number };
  }[];
}

interface MemberOfGroup {
  readonly groupId: string;
  readonly memberId: string;
  readonly groupGenerationId: number;
}

interface Partitions<P> {
  readonly topic: string;
  readonly partitions: readonly P[];
}

/** The broker that keeps a group. */
export interface Coordinator {
  heartbeat(member: MemberOfGroup): Promise<unknown>;
  offsetCommit(
    commit: MemberOfGroup & { topics: readonly Partitions<{ partition: number; offset: string }>[] },
  ): Promise<unknown>;
  offsetFetch(wanted: {
    groupId: string;
    topics: readonly Partitions<{ partition: number }>[];
  }): Promise<{ readonly responses: readonly Partitions<{ partition: number; offset: string }>[] }>;
}

type GroupCluster = Omit<Cluster, 'findGroupCoordinator'> & {
  findGroupCoordinator(group: { groupId: string }): Promise<Coordinator>;
};

interface TopicPartitions {
  readonly topic: string;
  readonly partitions: number[];
}

/** One member's view of its group; a new one whenever the consumer is started. */
export interface ConsumerGroup {
  readonly cluster: GroupCluster;
  readonly groupId: string;
  readonly generationId: number;
  memberId: string | null;
  coordinator: Coordinator;
  maxWaitTime: number;
  readonly subscriptionState: {
    pause(partitions: TopicPartitions[]): void;
    resume(partitions: TopicPartitions[]): void;
  };
  readonly offsetManager: {
    coordinator: Coordinator;
    getCoordinator(): Promise<Coordinator>;
    nextOffset(topic: string, partition: number): { toNumber(): number };
  };
  joinAndSync(): Promise<void>;
  leave(): Promise<void>;
  fetch(nodeId: string): Promise<FetchedBatch[]>;
  heartbeat(options: { interval: number }): Promise<void>;
  recoverFromFetch(error: Error): Promise<void>;
  assigned(): TopicPartitions[];
  resolveOffset(position: { topic: string; partition: number; offset: string }): void;
  seek(position: { topic: string; partition: number; offset: string }): void;
}
