/** Appends on their way to their partitions, in the order of the calls: they wait for room, and for their topics to be known. */
import type { RefusalCode } from '../log.ts';
import { LogUnavailableError, RecordRefusedError } from '../log.ts';
import { partitionOfKey } from '../partition-of-key.ts';
import { rejectAppend } from './append.ts';
import type { Append } from './append.ts';
import { backoffMs, naps } from './nap.ts';
import type { OutgoingRecord } from './outgoing-record.ts';
import type { Waiting } from './partition-queue.ts';
import { rootCause } from './root-cause.ts';
import type { Topology } from './topology.ts';

export interface Arrival {
  readonly append: Append;
  readonly records: readonly {
    readonly topic: string;
    readonly partition: number | undefined;
    readonly record: OutgoingRecord;
    readonly bytes: number;
  }[];
}

export interface Intake {
  take(arrival: Arrival): void;
  /** There is room again. */
  admit(): void;
  rejectAll(fault: Error): void;
  readonly isEmpty: boolean;
}

export interface IntakeOptions {
  readonly topology: Topology;
  hasRoom(): boolean;
  /** A record has its place. */
  place(topic: string, partition: number, waiting: Waiting): void;
  /** All records of some appends have theirs. */
  placed(): void;
}

const MAX_BACKOFF_MS = 1_000;

export function appendIntake({ topology, hasRoom, place, placed }: IntakeOptions): Intake {
  const arrivals: Arrival[] = [];
  const { nap, wake } = naps();
  let unkeyed = 0;
  let failures = 0;
  let isLookingUp = false;

  const admit = () => {
    let admitted = 0;
    for (; admitted < arrivals.length && hasRoom(); admitted++) {
      const next = arrivals[admitted]!;
      if (next.append.isOver) continue;
      const unknown = next.records.find(({ topic }) => !topology.leaders(topic));
      if (unknown) {
        void lookUp(unknown.topic);
        break;
      }
      settle(next);
    }
    arrivals.splice(0, admitted);
    if (admitted > 0) placed();
  };
  const settle = ({ append, records }: Arrival) => {
    const targets = records.map(({ topic, partition, record }) => {
      const count = topology.leaders(topic)!.length;
      const { key } = record;
      return { count, number: partition ?? (key === null ? unkeyed++ % count : partitionOfKey(key, count)) };
    });
    const outside = targets.findIndex(({ count, number }) => number < 0 || number >= count);
    if (outside >= 0) {
      const { count, number } = targets[outside]!;
      const { topic } = records[outside]!;
      rejectAppend(
        append,
        new RecordRefusedError(`Topic ${topic} has no partition ${number}; it has ${count}, from 0.`, 'invalid'),
      );
      return;
    }
    for (const [i, { topic, record, bytes }] of records.entries()) {
      const { number } = targets[i]!;
      record.partition = number;
      place(topic, number, { append, record, bytes });
    }
  };
  const lookUp = async (topic: string) => {
    if (isLookingUp) return;
    isLookingUp = true;
    try {
      const isThere = await topology.lookUp(topic);
      if (!isThere)
        refuse(topic, 'unknown-topic', `Topic ${topic} does not exist; create it, nothing creates topics by itself.`);
      failures = 0;
    } catch (error) {
      if (!(error instanceof LogUnavailableError))
        refuse(topic, 'invalid', `Topic ${topic} can not be written: ${rootCause(error).message}.`);
      expire(`its topic could not be looked up: ${rootCause(error).message}`);
      await nap(backoffMs(failures++, MAX_BACKOFF_MS));
    }
    isLookingUp = false;
    admit();
  };
  const refuse = (topic: string, code: RefusalCode, sentence: string) => {
    const fault = new RecordRefusedError(sentence, code);
    for (const { append, records } of arrivals)
      if (records.some((of) => of.topic === topic)) rejectAppend(append, fault);
  };
  const expire = (reason: string) => {
    const now = Date.now();
    for (const { append } of arrivals) {
      if (append.expiresAt <= now)
        rejectAppend(append, new LogUnavailableError(`A record was not stored in time: ${reason}.`));
    }
  };

  return {
    admit,
    get isEmpty() {
      return arrivals.length === 0;
    },
    take(arrival) {
      arrivals.push(arrival);
      if (arrivals.length === 1 || !isLookingUp) admit();
    },
    rejectAll(fault) {
      wake();
      for (const { append } of arrivals.splice(0)) rejectAppend(append, fault);
    },
  };
}
