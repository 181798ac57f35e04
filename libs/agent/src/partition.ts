/**
 * One partition number of one agent, for as long as this instance owns it: its messages from the log's bytes to the committed offset.
 * Order of deeds: handle, publish, move state and offset on in one step, commit the offset to the log.
 */
import type { Decoded, LogRecord, RecordBatch } from '@muster/bus';
import { defaultBackoff, delayAfter, messageOf } from '@muster/resilience';
import { pause } from './clock.ts';
import { incomingOf } from './incoming.ts';
import type { Hearer } from './lane.ts';
import { lanesOf } from './lanes.ts';
import type { Progress, Taken } from './progress.ts';
import { beginTenure, type Host, type TenureStart } from './tenure.ts';

export interface Partition {
  readonly number: number;
  deliver(batch: RecordBatch): void;
  /** Tells a key news from within the process; `false` when the partition is no longer ours. */
  notify(hearer: Hearer, key: string, id: string, notice: unknown): boolean;
  /** Ends at once: nothing is published or stored any more. */
  abandon(): void;
  /** Takes nothing more in, stores what was handled, and ends. */
  drain(): Promise<void>;
  readonly inFlight: number;
  readonly isRebuilding: boolean;
  /** Messages known to be in the log and not yet dealt with. */
  readonly lag: number;
  readonly keys: number;
  /** topic -> offset below which everything is dealt with; -1 while nothing is known. */
  positions(): ReadonlyMap<string, number>;
}

const mostInFlight = { records: 2_000, bytes: 8 * 2 ** 20 };
const turnMs = 1;
const lookAgainMs = 200;
/** Of one topic, while it waits for another. */
const mostWaiting = 1_000;

export function openPartition(host: Host, start: TenureStart): Partition {
  const tenure = beginTenure(host, start);
  const { number, progresses } = tenure;
  /** Results of tasks are heard by the inbox, and maybe by a handler of the agent too: each has its own state of the key. */
  const hearersOf = new Map<string, Hearer[]>();
  for (const hearer of host.hearers)
    for (const topic of hearer.topics) hearersOf.set(topic, [...(hearersOf.get(topic) ?? []), hearer]);
  const delivered = new Map<string, number>();
  /** Everything that was in a topic when the partition was taken over has been delivered. */
  const isExhausted = (topic: string): boolean => {
    const { from = -1, to } = start.backlog.get(topic) ?? { to: 0 };
    return Math.max(from, delivered.get(topic) ?? -1) >= to || tenure.isServed();
  };
  const incoming = incomingOf(joinsOf(host.hearers), isExhausted);
  const held = new Set<string>();
  let isPumping = false;

  const lanes = lanesOf(
    tenure,
    start.snapshot,
    ({ progress, taken }, isDeadLetter) => done(progress, taken, isDeadLetter),
    () => goOn(),
  );

  const pump = (): boolean => {
    const until = host.clock.worked() + turnMs;
    for (let record = incoming.shift(); record !== undefined; record = incoming.shift()) {
      if (tenure.isOver || tenure.isDraining) break;
      const decoded = host.bus.decode(record);
      if (decoded instanceof Promise) {
        void awaitSchema(record, decoded);
        lanes.load();
        return false;
      }
      dispatch(record, decoded);
      if (host.clock.worked() > until) {
        lanes.load();
        return true;
      }
    }
    isPumping = false;
    lanes.load();
    for (const topic of held) {
      if (tenure.isHalted || incoming.waiting(topic) > mostWaiting / 2) continue;
      held.delete(topic);
      host.flow(number, true, topic);
    }
    if (incoming.length > 0 && !tenure.isOver && !tenure.isDraining) host.clock.after(lookAgainMs, pumpLater);
    return false;
  };
  const pumpLater = (): void => {
    if (isPumping || tenure.isOver) return;
    isPumping = true;
    host.turns.add(pump);
  };

  /** A schema met for the first time: what is behind it waits, whatever its key, so that order holds. */
  const awaitSchema = async (record: LogRecord, first: Promise<Decoded>): Promise<void> => {
    let decoded: Decoded | Promise<Decoded> = first;
    for (let attempt = 1; !tenure.isOver; attempt += 1) {
      try {
        dispatch(record, await decoded);
        break;
      } catch (error) {
        if (attempt === 1)
          host.log.warn({ topic: record.topic, partition: number, fault: messageOf(error) }, 'waiting for a schema');
        await pause(host.clock, delayAfter(defaultBackoff, attempt, host.clock.random) ?? defaultBackoff.maxMs);
        decoded = host.bus.decode(record);
      }
    }
    host.turns.add(pump);
  };

  const dispatch = (record: LogRecord, decoded: Decoded): void => {
    const progress = progresses.get(record.topic);
    const hearers = hearersOf.get(record.topic);
    if (progress === undefined || hearers === undefined || tenure.isOver || tenure.isDraining) return;
    const isMuted = tenure.wasPublished(record);
    if (decoded.kind === 'message') {
      const { message } = decoded;
      const taken = progress.take(record, hearers.length);
      for (const hearer of hearers)
        lanes.enqueue(hearer, message.key, { kind: 'message', message, taken, progress, isMuted });
      return;
    }
    const taken = progress.take(record);
    if (decoded.kind === 'tombstone') host.tally.ignored += 1;
    else if (!isMuted) lanes.setAside(record, Object.assign(new Error(decoded.reason), { name: 'InvalidMessage' }));
    done(progress, taken, decoded.kind === 'invalid');
    lanes.soon();
  };

  /** 1 and above: no more, until half of it is done. */
  const fullness = (): number => {
    let { records, bytes } = incoming.ready;
    for (const progress of progresses.values()) {
      records += progress.count;
      bytes += progress.bytes;
    }
    // What can't be stored or sent would pile up behind us.
    if (host.tally.storeTrouble !== undefined) return 1;
    return Math.max(
      records / mostInFlight.records,
      bytes / mostInFlight.bytes,
      host.outbox.waiting / mostInFlight.records,
    );
  };

  const goOn = (): void => {
    if (!tenure.isHalted || tenure.isOver || fullness() > 0.5) return;
    tenure.isHalted = false;
    host.flow(number, true);
  };

  /** What we are full of may not be ours. */
  const lookAgain = (): void => {
    goOn();
    if (tenure.isHalted && !tenure.isOver) host.clock.after(lookAgainMs, lookAgain);
  };

  const done = (progress: Progress, taken: Taken, isDeadLetter: boolean): void => {
    progress.done(taken);
    host.dealtWith(isDeadLetter);
    goOn();
  };

  const abandon = (): void => {
    tenure.isOver = true;
    incoming.clear();
    lanes.stop();
  };

  return {
    number,
    deliver(batch) {
      const progress = progresses.get(batch.topic);
      if (progress === undefined || tenure.isOver || tenure.isDraining) return;
      const isLast = batch.nextOffset >= batch.endOffset;
      progress.endOffset = Math.max(
        progress.endOffset,
        isLast ? (batch.records.at(-1)?.offset ?? -1) + 1 : batch.endOffset,
      );
      for (const record of batch.records) incoming.push(record);
      delivered.set(batch.topic, batch.nextOffset);
      if (incoming.waiting(batch.topic) > mostWaiting && !held.has(batch.topic)) {
        held.add(batch.topic);
        host.flow(number, false, batch.topic);
      }
      if (!tenure.isHalted && fullness() >= 1) {
        tenure.isHalted = true;
        host.flow(number, false);
        lookAgain();
      }
      pumpLater();
    },
    notify(hearer, key, id, notice) {
      if (tenure.isOver) return false;
      lanes.enqueue(hearer, key, { kind: 'notice', id, notice });
      lanes.load();
      return true;
    },
    abandon,
    async drain() {
      tenure.isDraining = true;
      await lanes.drain();
      abandon();
    },
    get inFlight() {
      return [...progresses.values()].reduce((sum, { count }) => sum + count, incoming.length + lanes.leaving);
    },
    get isRebuilding() {
      return tenure.isRebuilding();
    },
    get lag() {
      return [...progresses.values()].reduce(
        (sum, { endOffset, safeOffset }) => sum + Math.max(0, endOffset - Math.max(0, safeOffset)),
        0,
      );
    },
    get keys() {
      return lanes.size;
    },
    positions: () => new Map([...progresses].map(([topic, { safeOffset }]) => [topic, safeOffset])),
  };
}

/** Topics that come in one order while an owner catches up: those of a handler, and of all that share a topic with it. */
function joinsOf(hearers: readonly Hearer[]): readonly (readonly string[])[] {
  let joins: string[][] = [];
  for (const { topics } of hearers) {
    const isTouched = (join: readonly string[]): boolean => topics.some((topic) => join.includes(topic));
    const joined = [...new Set([...joins.filter(isTouched).flat(), ...topics])];
    joins = [...joins.filter((join) => !isTouched(join)), joined];
  }
  return joins;
}
