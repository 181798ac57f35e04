import type { LogRecord } from '@muster/bus';

/** The records of one partition, one after the other: a slow one holds up its own partition and no other. */
export interface Lane {
  push(records: readonly LogRecord[]): void;
  /** Takes no further record; resolves when the one in hand is finished. */
  stop(): Promise<void>;
  /** Offset after the last record that was dealt with; undefined while none was. */
  readonly nextOffset: number | undefined;
}

export interface LaneOptions {
  /** Deals with one record; must not reject. `false`: it was not dealt with, the lane ends before it. */
  handle(record: LogRecord, signal: AbortSignal): Promise<boolean>;
  /** Called after each record that was dealt with. */
  handled(): void;
  /** Enough waits: no more for now. */
  full(): void;
  drained(): void;
  /** What must be over before the first record: the same partition's work in an earlier generation. */
  readonly after?: Promise<void> | undefined;
}

const FULL = 500;
const DRAINED = 250;

export function laneOf({ handle, handled, full, drained, after }: LaneOptions): Lane {
  const stopping = new AbortController();
  const { signal } = stopping;
  const queue: LogRecord[] = [];
  let isFull = false;
  let nextOffset: number | undefined;
  let work: Promise<void> | undefined;

  const run = async () => {
    await after;
    for (let record = queue[0]; record !== undefined && !signal.aborted; record = queue[0]) {
      if (!(await handle(record, signal))) {
        stopping.abort();
        break;
      }
      queue.shift();
      nextOffset = record.offset + 1;
      handled();
      if (isFull && queue.length <= DRAINED) {
        isFull = false;
        drained();
      }
    }
    work = undefined;
  };

  return {
    push(records) {
      if (signal.aborted) return;
      queue.push(...records);
      if (!isFull && queue.length >= FULL) {
        isFull = true;
        full();
      }
      work ??= run();
    },
    stop() {
      stopping.abort();
      return work ?? after ?? Promise.resolve();
    },
    get nextOffset() {
      return nextOffset;
    },
  };
}
