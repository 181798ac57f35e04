/** Records waiting for one partition, in the order in which they have to be stored. */
import type { TopicPartition } from '../log.ts';
import { rejectAppend } from './append.ts';
import type { Append } from './append.ts';
import { BATCH_FRAMING } from './outgoing-record.ts';
import type { OutgoingRecord } from './outgoing-record.ts';

export interface Waiting {
  readonly append: Append;
  readonly record: OutgoingRecord;
  readonly bytes: number;
}

export interface Limits {
  /** Of one partition's records in a request: the broker's `message.max.bytes`. */
  readonly maxBatchBytes: number;
}

/** kafkajs' grouping is quadratic in the records of a partition. */
const MAX_BATCH_RECORDS = 1_000;

export interface PartitionQueue extends TopicPartition {
  readonly isEmpty: boolean;
  /** A request with its records is under way; no other may be, or they could change places. */
  isInFlight: boolean;
  /** Epoch ms before which it is not tried again. */
  retryAt: number;
  failures: number;
  push(waiting: Waiting): void;
  /** The records to be sent next; they stay until they are dropped. */
  head(): readonly Waiting[];
  drop(count: number): void;
  /** Makes the next head smaller, down to one, until one that small is dropped. */
  halve(count: number): void;
  /** Rejects what waits for longer than it may. */
  expire(now: number, fault: () => Error): void;
  rejectAll(fault: Error): void;
}

export function partitionQueue(
  { topic, partition }: TopicPartition,
  { maxBatchBytes }: Limits,
  freed: (bytes: number) => void,
): PartitionQueue {
  let waiting: Waiting[] = [];
  let maxRecords = MAX_BATCH_RECORDS;

  const forgetOver = () => {
    const isOver = ({ append }: Waiting) => append.isOver;
    if (queue.isInFlight || !waiting.some(isOver)) return;
    for (const { bytes } of waiting.filter(isOver)) freed(bytes);
    waiting = waiting.filter((entry) => !isOver(entry));
  };

  const queue: PartitionQueue = {
    topic,
    partition,
    isInFlight: false,
    retryAt: 0,
    failures: 0,
    get isEmpty() {
      return waiting.length === 0;
    },
    push: (entry) => void waiting.push(entry),
    head() {
      forgetOver();
      let bytes = BATCH_FRAMING;
      let count = 0;
      for (; count < Math.min(waiting.length, maxRecords); count++) {
        bytes += waiting[count]!.bytes;
        if (bytes > maxBatchBytes && count > 0) break;
      }
      return waiting.slice(0, count);
    },
    drop(count) {
      for (const { bytes } of waiting.splice(0, count)) freed(bytes);
      maxRecords = Math.min(MAX_BATCH_RECORDS, maxRecords * 2);
    },
    halve(count) {
      maxRecords = Math.ceil(count / 2);
    },
    expire(now, fault) {
      for (const { append } of waiting) if (append.expiresAt <= now) rejectAppend(append, fault());
      forgetOver();
    },
    rejectAll(fault) {
      for (const { append } of waiting) rejectAppend(append, fault);
      forgetOver();
    },
  };
  return queue;
}
