import type { LogRecord } from '@muster/bus';
import { fifo, type Fifo } from './fifo.ts';
import { sizeOf } from './progress.ts';

/**
 * Records of one partition number that were delivered and not handled yet. Between topics there is no order; but while an owner catches up,
 * what one handler hears on several topics comes by the log's time, so that a cause comes before what it caused.
 */
export interface Incoming {
  push(record: LogRecord): void;
  /** The next one; `undefined` when there is none, or none whose turn is sure to have come. */
  shift(): LogRecord | undefined;
  clear(): void;
  readonly length: number;
  /** Those that wait for nobody, and their bytes. */
  readonly ready: { readonly records: number; readonly bytes: number };
  /** Records of a topic that wait for another topic. */
  waiting(topic: string): number;
}

interface Joined {
  readonly queues: ReadonlyMap<string, Fifo<LogRecord>>;
  isCatchingUp: boolean;
}

/**
 * `joins`: the topics of each handler. `isExhausted`: everything that was in the topic when the partition was taken over has been delivered.
 * Ties of time go by the order of the handler's topics.
 */
export function incomingOf(joins: readonly (readonly string[])[], isExhausted: (topic: string) => boolean): Incoming {
  const plain = fifo<LogRecord>();
  let bytes = 0;
  const joined = joins
    .filter((topics) => topics.length > 1)
    .map((topics): Joined => ({
      queues: new Map(topics.map((topic) => [topic, fifo<LogRecord>()])),
      isCatchingUp: true,
    }));
  const joinOf = new Map(joined.flatMap((join) => [...join.queues.keys()].map((topic) => [topic, join] as const)));

  /** The earliest, once each topic has shown what it has. */
  const earliest = (join: Joined): LogRecord | undefined => {
    let first: LogRecord | undefined;
    for (const [topic, queue] of join.queues) {
      const head = queue.first();
      if (head === undefined) {
        if (!isExhausted(topic)) return undefined;
      } else if (first === undefined || head.timestamp < first.timestamp) first = head;
    }
    if (first === undefined) join.isCatchingUp = false;
    return first === undefined ? undefined : join.queues.get(first.topic)?.shift();
  };

  return {
    push(record) {
      const join = joinOf.get(record.topic);
      if (join?.isCatchingUp === true) return join.queues.get(record.topic)?.push(record);
      plain.push(record);
      bytes += sizeOf(record);
    },
    shift() {
      const record = plain.shift();
      if (record !== undefined) {
        bytes -= sizeOf(record);
        return record;
      }
      for (const join of joined) {
        const next = join.isCatchingUp ? earliest(join) : undefined;
        if (next !== undefined) return next;
      }
      return undefined;
    },
    clear() {
      plain.clear();
      bytes = 0;
      for (const { queues } of joined) for (const queue of queues.values()) queue.clear();
    },
    get length() {
      let length = plain.length;
      for (const { queues } of joined) for (const queue of queues.values()) length += queue.length;
      return length;
    },
    get ready() {
      return { records: plain.length, bytes };
    },
    waiting: (topic) => joinOf.get(topic)?.queues.get(topic)?.length ?? 0,
  };
}
