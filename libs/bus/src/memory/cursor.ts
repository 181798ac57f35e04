/** A place in one partition that moves on as records are delivered from it. */
import type { LogRecord, RecordBatch } from '../log.ts';
import type { Partition } from './topics.ts';

/** Runs a step later: soon, or after a delay. The only way in which anything happens by itself in the in-memory log. */
export type Schedule = (run: () => void, delayMs?: number) => void;

const MAX_BATCH_RECORDS = 500;

export interface Cursor {
  pause(): void;
  resume(): void;
  close(): void;
  /** Looks again whether there is something to deliver. */
  wake(): void;
  /** When the log took in the first record that is still to be delivered; undefined when there is none, or it is paused. */
  readonly behindSince: number | undefined;
}

export interface CursorOptions {
  readonly partition: Partition;
  readonly offset: number;
  readonly maxBytes: number;
  readonly schedule: Schedule;
  readonly isReachable: () => boolean;
  readonly deliver: (batch: RecordBatch) => void;
}

/** Opens a cursor; it has at most one step under way, so that any scheduler keeps the order of the partition. */
export function openCursor({ partition, offset, maxBytes, schedule, isReachable, deliver }: CursorOptions): Cursor {
  const { topic, partition: number, records } = partition;
  let next = offset;
  let isStepDue = false;
  let isPaused = false;
  let isClosed = false;

  const canDeliver = () => !isPaused && !isClosed && next < records.length && isReachable();
  const wake = () => {
    if (isStepDue || !canDeliver()) return;
    isStepDue = true;
    schedule(step);
  };
  const step = () => {
    isStepDue = false;
    if (!canDeliver()) return;
    const batch = take(records, next, maxBytes);
    next += batch.length;
    deliver({ topic, partition: number, records: batch, endOffset: records.length, nextOffset: next });
    wake();
  };
  partition.watchers.add(wake);
  wake();

  return {
    wake,
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
      wake();
    },
    close() {
      isClosed = true;
      partition.watchers.delete(wake);
    },
    get behindSince() {
      return isPaused ? undefined : records[next]?.timestamp;
    },
  };
}

/** At least one record, then as many as fit. */
function take(records: readonly LogRecord[], from: number, maxBytes: number): LogRecord[] {
  let end = from;
  for (let bytes = 0; end < records.length && end - from < MAX_BATCH_RECORDS; end++) {
    bytes += (records[end]!.key?.length ?? 0) + (records[end]!.value?.length ?? 0);
    if (bytes > maxBytes && end > from) break;
  }
  return records.slice(from, end);
}
