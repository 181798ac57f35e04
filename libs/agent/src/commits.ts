import { encodeKeyRecord, type PartitionSnapshot, type StateChange } from '@muster/state';
import { nameOf, type KeyEntry, type Lane } from './lane.ts';
import type { Tenure } from './tenure.ts';

/** Moves on, in one step, what the handled messages changed: states, seen ids, wake times and the offsets they came from. */
export interface Commits {
  /** The lane's entry changed. */
  touched(lane: Lane): void;
  /** To be started once everything handled so far is stored: makes the next commit come at once. */
  afterNext(start: () => void): void;
  /** Something was dealt with: store it before long. */
  soon(): void;
  /** Stores what there is and waits for it. */
  finish(): Promise<void>;
  stop(): void;
  /** Commits that the store is known to have. */
  readonly sequence: number;
}

interface Taking {
  readonly offsets: ReadonlyMap<string, number>;
  readonly entries: readonly (readonly [string, KeyEntry | null])[];
  readonly timers: ReadonlyMap<string, number | null>;
}

const sliceMs = 2;
/** Of the process' time that may go into encoding states. */
const encodingShare = 0.05;
/** What is not stored is handled again after a crash: so much of it is bearable. */
const longestGatherMs = 5_000;

/** `stored` is called after each commit. */
export function commitsOf(tenure: Tenure, snapshot: PartitionSnapshot, stored: () => void): Commits {
  const { host, ownership, progresses } = tenure;
  const { clock, store } = host;
  const dirty = new Set<Lane>();
  let starts: (() => void)[] = [];
  let { sequence } = snapshot;
  let underWay: Promise<void> | undefined;
  let cancel: (() => void) | undefined;
  let isUrgent = false;
  let encodingMs = 0;

  /** What is to be stored as of now; nothing that is handled from here on belongs to it. */
  const take = (): Taking => {
    const offsets = new Map<string, number>();
    for (const { topic, safeOffset } of progresses.values()) if (safeOffset >= 0) offsets.set(topic, safeOffset);
    const entries: [string, KeyEntry | null][] = [];
    const timers = new Map<string, number | null>();
    for (const lane of dirty) {
      const { entry } = lane;
      if (entry === undefined) continue;
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
    return { offsets, entries, timers };
  };

  /** Many states take long to encode: messages have their turn in between. */
  const encode = async ({ offsets, entries, timers }: Taking): Promise<StateChange> => {
    const encoded = new Map<string, Uint8Array | null>();
    let spentMs = 0;
    let sliceBegan = performance.now();
    for (const [name, entry] of entries) {
      encoded.set(name, entry === null ? null : encodeKeyRecord(entry));
      const tookMs = performance.now() - sliceBegan;
      if (tookMs < sliceMs) continue;
      spentMs += tookMs;
      await new Promise<void>((resolve) => clock.soon(resolve));
      sliceBegan = performance.now();
    }
    encodingMs = spentMs + performance.now() - sliceBegan;
    return { offsets, entries: encoded, timers };
  };

  const commit = async (): Promise<void> => {
    const taking = take();
    const then = starts;
    starts = [];
    isUrgent = false;
    const change = await encode(taking);
    // Published before stored: a crash in between repeats messages with the same ids, and loses none.
    await host.outbox.settled();
    const result = await tenure.insist('store state', () => store.commit(ownership, sequence, change));
    if (result === undefined) return;
    if (result.kind !== 'committed') return tenure.end(result.kind);
    ({ sequence } = result);
    host.committed(tenure.number, change.offsets);
    for (const start of then) start();
    stored();
  };

  /** The more there is to store, the longer it gathers: a key that changes often is stored once for many changes. */
  const gatherMs = (): number =>
    Math.max(host.commitEveryMs, Math.min(longestGatherMs, (encodingMs * host.partitions()) / encodingShare));

  const run = (): Promise<void> => {
    cancel?.();
    cancel = undefined;
    underWay ??= commit().finally(() => {
      underWay = undefined;
      if (dirty.size > 0 || starts.length > 0) soon();
    });
    return underWay;
  };

  const soon = (): void => {
    if (tenure.isOver || underWay !== undefined) return;
    if (cancel !== undefined && !(starts.length > 0 && !isUrgent)) return;
    cancel?.();
    isUrgent = starts.length > 0;
    cancel = clock.after(isUrgent ? 0 : gatherMs(), () => void run());
  };

  return {
    touched(lane) {
      if (!lane.isDirty) dirty.add(lane);
      lane.isDirty = true;
    },
    afterNext: (start) => void starts.push(start),
    soon,
    async finish() {
      await underWay;
      if (!tenure.isOver) await run();
      cancel?.();
    },
    stop: () => cancel?.(),
    get sequence() {
      return sequence;
    },
  };
}
