import type { NewRecord } from '@muster/bus';
import { encodeDeparture, encodeKeyRecord, type PartitionSnapshot, type StateChange } from '@muster/state';
import { departuresOf, type Departing } from './departures.ts';
import { nameOf, type KeyEntry, type Lane } from './lane.ts';
import type { Refused } from './outbox.ts';
import type { Tenure } from './tenure.ts';

/**
 * Moves on, in one step, what the handled messages changed: states, seen ids, wake times, what is to leave, and the offsets they came from.
 * What is decided is stored before it leaves, so it is decided once: whoever goes on after a crash sends what is stored, and nothing else.
 */
export interface Commits {
  /** The lane's entry changed. */
  touched(lane: Lane): void;
  /** To leave once it is stored together with the lane's entry. */
  publish(lane: Lane | undefined, leaving: Leaving): void;
  /** To be started once the lane's entry is stored: makes the next commit come at once. */
  afterNext(lane: Lane, start: () => void): void;
  /** Calls back once so little of the lane's outputs is on its way that consumers would know second copies of all of it. */
  afterOutputs(lane: Lane, go: () => void): void;
  /** Something was dealt with: store it before long. */
  soon(): void;
  /** Stores what there is, waits for it, and for what leaves with it. */
  finish(): Promise<void>;
  stop(): void;
  /** Commits that the store is known to have. */
  readonly sequence: number;
  /** Outputs that are decided and not stored yet. */
  readonly leaving: number;
}

export interface Leaving {
  readonly records: readonly NewRecord[];
  /** The message that caused them. */
  readonly cause: { readonly topic: string; readonly offset: number } | null;
  readonly refused: Refused;
}

interface Taking {
  readonly offsets: ReadonlyMap<string, number>;
  readonly entries: readonly (readonly [string, KeyEntry | null])[];
  readonly timers: ReadonlyMap<string, number | null>;
  readonly departing: readonly Departing[];
  readonly departed: readonly number[];
}

const sliceMs = 2;
/** Of the process' time that may go into encoding states. */
const encodingShare = 0.05;
/** What is not stored is handled again after a crash: so much of it is bearable. */
const longestGatherMs = 5_000;
/** A store that forgot something while nothing was stored is noticed so soon. */
const checkEveryMs = 10_000;

/** `stored` is called after each commit. */
export function commitsOf(tenure: Tenure, snapshot: PartitionSnapshot, stored: () => void): Commits {
  const { host, ownership, progresses } = tenure;
  const { clock, store, storeAtOnce: mostLanes } = host;
  /** With so few keys changed, storing all of them costs no more than picking the urgent ones. */
  const fewLanes = Math.floor(mostLanes / 128);
  const departures = departuresOf(tenure, snapshot, () => soon());
  const dirty = new Set<Lane>();
  /** Something waits for their being stored. */
  let urgent = new Set<Lane>();
  let starts: (() => void)[] = [];
  let { sequence } = snapshot;
  let underWay: Promise<void> | undefined;
  let cancelGathering: (() => void) | undefined;
  let isHurrying = false;
  let isGathered = false;
  let encodingMs = 0;
  let passMs = 0;
  /** Keys still to be stored before these offsets may be: those that had changed when the gathering was over. */
  let rest: { readonly lanes: Lane[]; readonly offsets: ReadonlyMap<string, number> } | undefined;

  /** What is to be stored as of now; nothing that is handled from here on belongs to it. */
  const take = (): Taking => {
    // A key on its own may be ahead of the offsets: its records are known by their places when they come again.
    if (rest === undefined && (isGathered || dirty.size <= fewLanes)) {
      rest = { lanes: [...dirty], offsets: safeOffsets() };
      isGathered = false;
      cancelGathering?.();
      cancelGathering = undefined;
    }
    const lanes = new Set(urgent);
    urgent = new Set();
    const left = rest?.lanes ?? [];
    while (left.length > 0 && lanes.size < mostLanes) {
      const lane = left.pop();
      if (lane !== undefined) lanes.add(lane);
    }
    const offsets: ReadonlyMap<string, number> = rest?.lanes.length === 0 ? rest.offsets : new Map();
    if (rest?.lanes.length === 0) rest = undefined;
    return { offsets, ...entriesOf(lanes, offsets), ...departures.take() };
  };

  const safeOffsets = (): ReadonlyMap<string, number> => {
    const offsets = new Map<string, number>();
    for (const { topic, safeOffset } of progresses.values()) if (safeOffset >= 0) offsets.set(topic, safeOffset);
    return offsets;
  };

  const entriesOf = (
    lanes: Iterable<Lane>,
    offsets: ReadonlyMap<string, number>,
  ): Pick<Taking, 'entries' | 'timers'> => {
    const entries: [string, KeyEntry | null][] = [];
    const timers = new Map<string, number | null>();
    for (const lane of lanes) {
      const { entry } = lane;
      if (entry === undefined || !lane.isDirty) continue;
      const name = nameOf(lane.hearer, lane.key);
      const isForgotten = entry.state === undefined && entry.wakeAt === null;
      // A forgotten key is still known by its offsets until none of its records can come again.
      const mayRepeat =
        isForgotten && Object.entries(entry.applied).some(([topic, applied]) => (offsets.get(topic) ?? 0) < applied);
      entries.push([name, isForgotten && !mayRepeat ? null : { ...entry, applied: { ...entry.applied } }]);
      if (entry.wakeAt !== lane.storedWakeAt) timers.set(name, entry.wakeAt);
      lane.storedWakeAt = entry.wakeAt;
      lane.isDirty = mayRepeat;
      if (!mayRepeat) dirty.delete(lane);
    }
    return { entries, timers };
  };

  /** Many states take long to encode: messages have their turn in between. */
  const encode = async ({ offsets, entries, timers, departing, departed }: Taking): Promise<StateChange> => {
    const encoded = new Map<string, Uint8Array | null>();
    let sliceBegan = clock.worked();
    for (const [name, entry] of entries) {
      encoded.set(name, entry === null ? null : encodeKeyRecord(entry));
      const tookMs = clock.worked() - sliceBegan;
      if (tookMs < sliceMs) continue;
      passMs += tookMs;
      await new Promise<void>((resolve) => clock.soon(resolve));
      sliceBegan = clock.worked();
    }
    passMs += clock.worked() - sliceBegan;
    if (offsets.size > 0) [encodingMs, passMs] = [passMs, 0];
    const outbox = new Map<number, Uint8Array | null>(departed.map((number) => [number, null]));
    for (const { number, records, cause } of departing) outbox.set(number, encodeDeparture({ records, cause }));
    return { offsets, entries: encoded, timers, outbox };
  };

  const commit = async (): Promise<void> => {
    isHurrying = false;
    const then = starts;
    starts = [];
    const taking = take();
    const change = await encode(taking);
    const result = await tenure.insist('store state', () => store.commit(ownership, sequence, change));
    if (result === undefined) return;
    if (result.kind !== 'committed') return tenure.end(result.kind);
    ({ sequence } = result);
    checkLater();
    departures.stored(taking, change.offsets);
    for (const start of then) start();
    stored();
  };

  /** The more there is to store, the longer it gathers: a key that changes often is stored once for many changes. */
  const gatherMs = (): number =>
    Math.max(host.commitEveryMs, Math.min(longestGatherMs, (encodingMs * host.partitions()) / encodingShare));

  let cancelCheck = (): void => undefined;
  const checkLater = (): void => {
    cancelCheck();
    cancelCheck = clock.after(checkEveryMs, () => void check());
  };
  const check = async (): Promise<void> => {
    if (tenure.isOver) return;
    const known = sequence;
    const result = await tenure.insist('look after the state', () => store.load(ownership, known, []));
    if (result === undefined) return;
    if (result.kind !== 'loaded') return tenure.end(result.kind);
    checkLater();
  };
  checkLater();

  const run = (): Promise<void> => {
    underWay ??= commit().finally(() => {
      underWay = undefined;
      if (dirty.size > 0 || rest !== undefined || starts.length > 0 || departures.isWaiting) soon();
    });
    return underWay;
  };

  const soon = (): void => {
    if (tenure.isOver) return;
    cancelGathering ??= clock.after(gatherMs(), () => {
      isGathered = true;
      void run();
    });
    const isUrgent = isGathered || rest !== undefined || starts.length > 0 || departures.isUrgent;
    if (underWay !== undefined || isHurrying || !isUrgent) return;
    isHurrying = true;
    // One turn of the event loop later, so that what comes together is stored together.
    clock.soon(() => {
      if (isHurrying) void run();
    });
  };

  return {
    touched(lane) {
      if (!lane.isDirty) dirty.add(lane);
      lane.isDirty = true;
    },
    publish(lane, leaving) {
      if (lane !== undefined) urgent.add(lane);
      departures.add(lane, leaving);
    },
    afterNext(lane, start) {
      urgent.add(lane);
      starts.push(start);
    },
    afterOutputs: departures.afterOutputs,
    soon,
    async finish() {
      await underWay;
      // Twice: the second one notes that what the first one let go has left.
      for (let round = 0; round < 2 && !tenure.isOver; round += 1) {
        isGathered = true;
        for (;;) {
          await run();
          if (rest === undefined || tenure.isOver) break;
        }
        await host.outbox.settled();
      }
      cancelGathering?.();
      cancelCheck();
    },
    stop() {
      cancelGathering?.();
      cancelCheck();
    },
    get leaving() {
      return departures.count;
    },
    get sequence() {
      return sequence;
    },
  };
}
