/** Compares what a replay tells with what is on record, while both are being read: only what has no twin yet is kept. */
import { fieldChanges } from './field-changes.ts';
import type { FieldChange } from './field-changes.ts';
import type { Told } from './told.ts';

export type Difference =
  /** Only the replay has it. */
  | { readonly kind: 'added'; readonly at: number; readonly replayed: Told }
  /** Only the record has it. */
  | { readonly kind: 'missing'; readonly at: number; readonly recorded: Told }
  | {
      readonly kind: 'different';
      readonly at: number;
      readonly replayed: Told;
      readonly recorded: Told;
      readonly fields: readonly FieldChange[];
    };

export interface Compared {
  readonly same: number;
  /** In order of time. */
  readonly differences: readonly Difference[];
  /** Only in the replay, but it is not known whether the agent had come that far. */
  readonly notYet: number;
  /** Only in the replay, but compaction may have removed them from the record. */
  readonly compacted: number;
}

export interface Comparison {
  /** A message of the replay. `isKnown`: had the agent published it, it would be on record. */
  replayed(told: Told, isKnown: boolean): void;
  /** A message of the replay from before the range: its twin in the record is no difference. */
  earlier(id: string): void;
  /** A message on record. `isInRange`: without a twin it is a difference. */
  recorded(told: Told, isInRange: boolean): void;
  /** @param hasHoles whether records of a topic were compacted away */
  finish(hasHoles?: (topic: string) => boolean): Compared;
  /** How many wait for their twin. */
  readonly size: number;
}

/** A second copy comes soon after the first one: so many are remembered. */
const REMEMBERED = 50_000;

export function comparison(): Comparison {
  const replays = new Map<string, { readonly told: Told; readonly isKnown: boolean }>();
  const records = new Map<string, Told>();
  const latest = new Map<string, number>();
  const known = remembered(REMEMBERED);
  const changed: Difference[] = [];
  let same = 0;

  const match = (recorded: Told, replayed: Told): void => {
    known.add(recorded.id);
    const fields = changesOf(recorded, replayed, true);
    if (fields.length === 0) same += 1;
    else changed.push({ kind: 'different', at: replayed.at, replayed, recorded, fields });
  };

  return {
    replayed(told, isKnown) {
      const recorded = records.get(told.id);
      if (recorded === undefined) replays.set(told.id, { told, isKnown });
      else if (records.delete(told.id)) match(recorded, told);
    },
    earlier(id) {
      if (!records.delete(id)) known.add(id);
    },
    recorded(told, isInRange) {
      latest.set(placeOf(told), told.at);
      const twin = replays.get(told.id);
      if (twin !== undefined) {
        replays.delete(told.id);
        match(told, twin.told);
      } else if (isInRange && !known.has(told.id) && !records.has(told.id)) records.set(told.id, told);
    },
    finish(hasHoles = () => false) {
      const unpaired = [...replays.values()];
      const [decided, undecided] = [
        unpaired.filter(({ isKnown }) => isKnown),
        unpaired.filter(({ isKnown }) => !isKnown),
      ];
      const { pairs, added, missing } = pairedByKey(
        decided.map(({ told }) => told),
        [...records.values()],
      );
      const isCompacted = (told: Told): boolean => hasHoles(told.topic) && (latest.get(placeOf(told)) ?? 0) >= told.at;
      const lost = added.filter(isCompacted);
      const differences: Difference[] = [
        ...changed,
        ...pairs.map(([replayed, recorded]) => ({
          kind: 'different' as const,
          at: Math.min(replayed.at, recorded.at),
          replayed,
          recorded,
          fields: changesOf(recorded, replayed, false),
        })),
        ...added
          .filter((told) => !lost.includes(told))
          .map((replayed) => ({ kind: 'added' as const, at: replayed.at, replayed })),
        ...missing.map((recorded) => ({ kind: 'missing' as const, at: recorded.at, recorded })),
      ];
      return {
        same,
        differences: differences.sort((a, b) => a.at - b.at),
        notYet: undecided.length,
        compacted: lost.length,
      };
    },
    get size() {
      return replays.size + records.size + changed.length;
    },
  };
}

const placeOf = ({ topic, key }: Told): string => `${topic}\n${key}`;

/** Messages with one id must agree in everything; those that only share a key came from different inputs. */
function changesOf(recorded: Told, replayed: Told, isSameId: boolean): FieldChange[] {
  const { correlationId: recordedCorrelation, causationId: recordedCause } = recorded;
  const { correlationId, causationId } = replayed;
  const inValue = fieldChanges(recorded.value, replayed.value);
  if (!isSameId) return inValue.length > 0 ? inValue : fieldChanges({ id: recorded.id }, { id: replayed.id });
  const links = { correlationId: recordedCorrelation, causationId: recordedCause };
  return [...fieldChanges(links, { correlationId, causationId }), ...inValue];
}

/** Pairs what is left of each key with its nearest in time, in order: neither side overtakes. */
function pairedByKey(
  replays: readonly Told[],
  records: readonly Told[],
): {
  readonly pairs: readonly (readonly [Told, Told])[];
  readonly added: readonly Told[];
  readonly missing: readonly Told[];
} {
  const byTime = (a: Told, b: Told): number => a.at - b.at;
  const recordsOf = Map.groupBy(records, placeOf);
  const pairs: [Told, Told][] = [];
  const added: Told[] = [];
  const missing: Told[] = [];
  for (const [place, ofReplay] of Map.groupBy(replays, placeOf)) {
    const left = ofReplay.toSorted(byTime);
    const right = (recordsOf.get(place) ?? []).toSorted(byTime);
    recordsOf.delete(place);
    let [l, r] = [0, 0];
    while (l < left.length && r < right.length) {
      const [replayed, recorded] = [left[l]!, right[r]!];
      const apart = Math.abs(replayed.at - recorded.at);
      if (Math.abs((left[l + 1]?.at ?? Infinity) - recorded.at) < apart) {
        added.push(replayed);
        l += 1;
      } else if (Math.abs((right[r + 1]?.at ?? Infinity) - replayed.at) < apart) {
        missing.push(recorded);
        r += 1;
      } else {
        pairs.push([replayed, recorded]);
        l += 1;
        r += 1;
      }
    }
    added.push(...left.slice(l));
    missing.push(...right.slice(r));
  }
  for (const rest of recordsOf.values()) missing.push(...rest);
  return { pairs, added, missing };
}

/** The latest so many ids. */
function remembered(capacity: number): { add(id: string): void; has(id: string): boolean } {
  let [young, old] = [new Set<string>(), new Set<string>()];
  return {
    add(id) {
      young.add(id);
      if (young.size < capacity / 2) return;
      old = young;
      young = new Set();
    },
    has: (id) => young.has(id) || old.has(id),
  };
}
