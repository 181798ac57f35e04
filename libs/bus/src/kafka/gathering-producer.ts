/**
 * Appends, gathered: what is appended within the linger time, or while a request is under way, shares the next request to
 * the same broker. One request a broker at a time, so that no record of a partition overtakes another.
 */
import type { NewRecord } from '../log.ts';
import { LogUnavailableError, RecordRefusedError } from '../log.ts';
import { noteStored, rejectAppend } from './append.ts';
import { appendIntake } from './append-intake.ts';
import { backoffMs, isDoneWithin } from './nap.ts';
import { BATCH_FRAMING, sizeOf, toOutgoing } from './outgoing-record.ts';
import { partitionQueue } from './partition-queue.ts';
import type { PartitionQueue, Waiting } from './partition-queue.ts';
import type { Compression, Outcome, RequestSender } from './request-sender.ts';
import { nameOf } from './start-offsets.ts';
import type { Topology } from './topology.ts';

export interface Gathering {
  /** How long the first record of a request waits for company, unless nothing was sent for as long: then one turn of the event loop. */
  readonly lingerMs: number;
  /** How long it is tried to store a record. */
  readonly deliveryTimeoutMs: number;
  /** Of one record with key, headers and framing. The broker's `message.max.bytes` bounds it. */
  readonly maxRecordBytes: number;
  /** Of records on their way; appends beyond it wait their turn. */
  readonly maxBufferedBytes: number;
  readonly compression: Compression;
}

export interface GatheringProducer {
  append(records: readonly NewRecord[]): Promise<void>;
  /** Waits for what is under way; rejects what is not stored by then. */
  close(deadlineMs: number): Promise<void>;
}

interface Part {
  readonly queue: PartitionQueue;
  readonly head: readonly Waiting[];
}

const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
const MAX_BACKOFF_MS = 1_000;

export function gatheringProducer(
  sender: RequestSender,
  topology: Topology,
  { lingerMs, deliveryTimeoutMs, maxRecordBytes, maxBufferedBytes }: Gathering,
): GatheringProducer {
  const queues = new Map<string, PartitionQueue>();
  const busyBrokers = new Set<number>();
  const retries = new Set<NodeJS.Timeout>();
  let bufferedBytes = 0;
  let cancelLinger: (() => void) | undefined;
  let lastSentAt = 0;
  let isClosed = false;
  let onDrained: (() => void) | undefined;

  const isDrained = () => queues.size === 0 && intake.isEmpty;
  const freed = (bytes: number) => {
    bufferedBytes -= bytes;
  };
  const intake = appendIntake({
    topology,
    hasRoom: () => bufferedBytes < maxBufferedBytes,
    place(topic, partition, waiting) {
      const name = nameOf({ topic, partition });
      let queue = queues.get(name);
      if (!queue) {
        queue = partitionQueue({ topic, partition }, { maxBatchBytes: maxRecordBytes + BATCH_FRAMING }, freed);
        queues.set(name, queue);
      }
      bufferedBytes += waiting.bytes;
      queue.push(waiting);
    },
    placed() {
      if (isDrained()) onDrained?.();
      if (cancelLinger) return;
      const isQuiet = busyBrokers.size === 0 && Date.now() - lastSentAt > lingerMs;
      cancelLinger = isQuiet ? nextTurn(endLinger) : afterMs(lingerMs, endLinger);
    },
  });
  const endLinger = () => {
    cancelLinger = undefined;
    pump();
  };
  const pump = () => {
    const now = Date.now();
    const ready = [...queues.values()].filter((queue) => !queue.isInFlight && queue.retryAt <= now);
    const leaderOf = ({ topic, partition }: PartitionQueue) => topology.leaders(topic)?.[partition] ?? -1;
    for (const [leader, ofLeader] of Map.groupBy(ready, leaderOf)) {
      if (!busyBrokers.has(leader)) void send(leader, ofLeader);
    }
  };
  const send = async (leader: number, ready: readonly PartitionQueue[]) => {
    const parts = fill(ready);
    if (parts.length === 0) return;
    busyBrokers.add(leader);
    lastSentAt = Date.now();
    for (const { queue } of parts) queue.isInFlight = true;
    const outcome = await sender.send(
      leader,
      parts.map(({ queue: { topic, partition }, head }) => ({
        topic,
        partition,
        records: head.map(({ record }) => record),
      })),
    );
    busyBrokers.delete(leader);
    for (const part of parts) settle(part, outcome(part.queue));
    intake.admit();
    if (!cancelLinger) pump();
    if (isDrained()) onDrained?.();
  };
  /** The heads of some partitions, up to a request's size. Partitions left out come first next time. */
  const fill = (ready: readonly PartitionQueue[]): Part[] => {
    const parts: Part[] = [];
    let bytes = 0;
    for (const queue of ready) {
      const head = queue.head();
      queues.delete(nameOf(queue));
      if (head.length === 0) continue;
      queues.set(nameOf(queue), queue);
      parts.push({ queue, head });
      bytes += head.reduce((sum, waiting) => sum + waiting.bytes, 0);
      if (bytes >= MAX_REQUEST_BYTES) break;
    }
    return parts;
  };
  const settle = ({ queue, head }: Part, outcome: Outcome) => {
    if (outcome.kind === 'stored') {
      queue.failures = 0;
      queue.drop(head.length);
      for (const { append } of head) noteStored(append);
    }
    queue.isInFlight = false;
    if (outcome.kind === 'refused') {
      if (head.length > 1) queue.halve(head.length);
      else
        rejectAppend(
          head[0]!.append,
          new RecordRefusedError(`Kafka refuses a record for ${queue.topic}: ${outcome.reason}`, outcome.code),
        );
    }
    if (outcome.kind === 'open') postpone(queue, outcome.reason);
    if (queue.isEmpty) queues.delete(nameOf(queue));
  };
  const postpone = (queue: PartitionQueue, reason: string) => {
    const { topic } = queue;
    const delayMs = backoffMs(queue.failures++, MAX_BACKOFF_MS);
    queue.retryAt = Date.now() + delayMs;
    queue.expire(
      Date.now(),
      () => new LogUnavailableError(`A record for ${topic} was not acknowledged in time: ${reason}`),
    );
    void refuseIfGone(queue);
    const retry = setTimeout(() => {
      retries.delete(retry);
      queue.retryAt = 0;
      if (!cancelLinger) pump();
    }, delayMs);
    retries.add(retry);
  };

  const refuseIfGone = async (queue: PartitionQueue) => {
    const isThere = await topology.lookUp(queue.topic).catch(() => true);
    if (!isThere)
      queue.rejectAll(new RecordRefusedError(`Topic ${queue.topic} does not exist any more.`, 'unknown-topic'));
  };

  return {
    append: (records) =>
      new Promise((resolve, reject) => {
        if (isClosed) throw new LogUnavailableError('The log is closed; nothing can be appended.');
        if (records.length === 0) return resolve();
        const prepared = records.map((record) => prepare(record, maxRecordBytes));
        const expiresAt = Date.now() + deliveryTimeoutMs;
        intake.take({ append: { expiresAt, left: records.length, isOver: false, resolve, reject }, records: prepared });
      }),
    async close(deadlineMs) {
      isClosed = true;
      const until = Date.now() + deadlineMs;
      const drained = Promise.withResolvers<void>();
      onDrained = drained.resolve;
      if (!isDrained()) await isDoneWithin(deadlineMs, drained.promise);
      cancelLinger?.();
      for (const retry of retries) clearTimeout(retry);
      const fault = new LogUnavailableError('The log was closed before the record was acknowledged.');
      intake.rejectAll(fault);
      for (const queue of queues.values()) queue.rejectAll(fault);
      await sender.close(Math.max(0, until - Date.now()));
    },
  };
}

const nextTurn = (run: () => void) => {
  const due = setImmediate(run);
  return () => clearImmediate(due);
};
const afterMs = (ms: number, run: () => void) => {
  const due = setTimeout(run, ms);
  return () => clearTimeout(due);
};

function prepare(record: NewRecord, maxBytes: number) {
  const outgoing = toOutgoing(record);
  const bytes = sizeOf(outgoing);
  if (bytes > maxBytes) {
    throw new RecordRefusedError(
      `A record for ${record.topic} has ${bytes} bytes with key and headers, of at most ${maxBytes}: store what is large elsewhere and send where it is.`,
      'too-large',
    );
  }
  return { topic: record.topic, partition: record.partition, record: outgoing, bytes };
}
