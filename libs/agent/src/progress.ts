import type { LogRecord } from '@muster/bus';
import { fifo } from './fifo.ts';

/** A record that was taken from the log and is not necessarily dealt with yet. */
export interface Taken {
  readonly record: LogRecord;
  /** Handlers that are not done with it yet. */
  openParts: number;
}

/**
 * How far one topic-partition is: keys run side by side, so records finish out of order; what may be committed is the offset below
 * which all are done.
 */
export interface Progress {
  readonly topic: string;
  /** `parts`: how many handlers hear it; default 1. */
  take(record: LogRecord, parts?: number): Taken;
  /** One handler is done with it. */
  done(taken: Taken): void;
  /** The offset to begin with again after a crash. */
  readonly safeOffset: number;
  /** Records taken and not yet below `safeOffset`, and their bytes. */
  readonly count: number;
  readonly bytes: number;
  /** Offset of the record expected next from the log. */
  readonly nextOffset: number;
  /** Log time of the newest record taken; -Infinity before the first. */
  readonly lastTimestamp: number;
  /** The end of the log as the broker last told it. */
  endOffset: number;
}

export function progressFrom(topic: string, startOffset: number | undefined): Progress {
  const taken = fifo<Taken>();
  let bytes = 0;
  let nextOffset = startOffset ?? -1;
  let lastTimestamp = Number.NEGATIVE_INFINITY;
  return {
    topic,
    endOffset: -1,
    take(record, parts = 1) {
      const entry = { record, openParts: parts };
      taken.push(entry);
      bytes += sizeOf(record);
      nextOffset = record.offset + 1;
      lastTimestamp = Math.max(lastTimestamp, record.timestamp);
      return entry;
    },
    done(entry) {
      entry.openParts -= 1;
      for (let first = taken.first(); first !== undefined && first.openParts <= 0; first = taken.first()) {
        bytes -= sizeOf(first.record);
        taken.shift();
      }
    },
    get safeOffset() {
      return taken.first()?.record.offset ?? nextOffset;
    },
    get count() {
      return taken.length;
    },
    get bytes() {
      return bytes;
    },
    get nextOffset() {
      return nextOffset;
    },
    get lastTimestamp() {
      return lastTimestamp;
    },
  };
}

/** What a record takes up while it is held, in bytes, roughly. */
export function sizeOf(record: LogRecord): number {
  return 200 + (record.value?.byteLength ?? 0) + (record.key?.byteLength ?? 0);
}
