import { encodeKeyRecord, type PartitionSnapshot, type StateChange } from '@muster/state';
import { nameOf, type Lane } from './lane.ts';
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

  const takeChange = (): StateChange => {
    const offsets = new Map<string, number>();
    for (const { topic, safeOffset } of progresses.values()) if (safeOffset >= 0) offsets.set(topic, safeOffset);
    const entries = new Map<string, Uint8Array | null>();
    const timers = new Map<string, number | null>();
    for (const lane of dirty) {
      const { entry } = lane;
      if (entry === undefined) continue;
      const name = nameOf(lane.hearer, lane.key);
      const isForgotten = entry.state === undefined && entry.wakeAt === null;
      // A forgotten key is still known by its offsets until none of its records can come again.
      const mayRepeat =
        isForgotten && Object.entries(entry.applied).some(([topic, applied]) => (offsets.get(topic) ?? 0) < applied);
      entries.set(name, isForgotten && !mayRepeat ? null : encodeKeyRecord(entry));
      if (entry.wakeAt !== lane.storedWakeAt) timers.set(name, entry.wakeAt);
      lane.storedWakeAt = entry.wakeAt;
      lane.isDirty = mayRepeat;
      if (!mayRepeat) dirty.delete(lane);
    }
    return { offsets, entries, timers };
  };

  const commit = async (): Promise<void> => {
    const change = takeChange();
    const then = starts;
    starts = [];
    isUrgent = false;
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
    cancel = clock.after(isUrgent ? 0 : host.commitEveryMs, () => void run());
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
