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

/** What makes a message the same: in another topic or of another key, an id says nothing, for it follows from the input. */
export type Identity = Pick<Told, 'id' | 'topic' | 'key'>;

export interface Comparison {
  /** A message of the replay. `isKnown`: had the agent published it, it would be on record. */
  replayed(told: Told, isKnown: boolean): void;
  /** A message of the replay from before the range: its twin in the record is no difference. */
  earlier(message: Identity): void;
  /** A message on record. `isInRange`: without a twin it is a difference. */
  recorded(told: Told, isInRange: boolean): void;
  /** @param hasHoles whether records of a topic were compacted away */
  finish(hasHoles?: (topic: string) => boolean): Compared;
  /** How many wait for their twin. */
  readonly size: number;
}

/** A second copy comes soon after the first one: so many are remembered. */
const REMEMBERED = 50_000;

/** @param isIdPart whether messages of one input that say the same under different ids differ: an id also tells which of an input's messages it is */
export function comparison(isIdPart: boolean): Comparison {
  const replays = new Map<string, { readonly told: Told; readonly isKnown: boolean }>();
  const records = new Map<string, Told>();
  const latest = new Map<string, number>();
  const known = remembered(REMEMBERED);
  const changed: Difference[] = [];
  let same = 0;

  const match = (recorded: Told, replayed: Told): void => {
    known.add(identityOf(recorded));
    const fields = changesOf(recorded, replayed, isIdPart);
    if (fields.length === 0) same += 1;
    else changed.push({ kind: 'different', at: replayed.at, replayed, recorded, fields });
  };

  return {
    replayed(told, isKnown) {
      const identity = identityOf(told);
      const recorded = records.get(identity);
      if (recorded === undefined) replays.set(identity, { told, isKnown });
      else if (records.delete(identity)) match(recorded, told);
    },
    earlier(message) {
      const identity = identityOf(message);
      if (!records.delete(identity)) known.add(identity);
    },
    recorded(told, isInRange) {
      latest.set(placeOf(told), told.at);
      const identity = identityOf(told);
      const twin = replays.get(identity);
      if (twin !== undefined) {
        replays.delete(identity);
        match(told, twin.told);
      } else if (isInRange && !known.has(identity) && !records.has(identity)) records.set(identity, told);
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
      const lost = new Set(added.filter(isCompacted));
      const compared = pairs.map(([replayed, recorded]) => ({
        replayed,
        recorded,
        fields: changesOf(recorded, replayed, isIdPart),
      }));
      const unlike = compared.filter(({ fields }) => fields.length > 0);
      const differences: Difference[] = [
        ...changed,
        ...unlike.map(({ replayed, recorded, fields }) => ({
          kind: 'different' as const,
          at: Math.min(replayed.at, recorded.at),
          replayed,
          recorded,
          fields,
        })),
        ...added
          .filter((told) => !lost.has(told))
          .map((replayed) => ({ kind: 'added' as const, at: replayed.at, replayed })),
        ...missing.map((recorded) => ({ kind: 'missing' as const, at: recorded.at, recorded })),
      ];
      return {
        same: same + compared.length - unlike.length,
        differences: differences.sort((a, b) => a.at - b.at),
        notYet: undecided.length,
        compacted: lost.size,
      };
    },
    get size() {
      return replays.size + records.size + changed.length;
    },
  };
}

const placeOf = ({ topic, key }: Identity): string => `${topic}\n${key}`;

const identityOf = (message: Identity): string => `${message.id}\n${placeOf(message)}`;

/** Messages with one id must agree in everything; those that only share a key may come from different inputs. */
function changesOf(recorded: Told, replayed: Told, isIdPart: boolean): FieldChange[] {
  const inValue = fieldChanges(recorded.value, replayed.value);
  const linksOf = ({ correlationId, causationId }: Told): object => ({ correlationId, causationId });
  if (recorded.id === replayed.id) return [...fieldChanges(linksOf(recorded), linksOf(replayed)), ...inValue];
  const isOneInput = recorded.causationId === replayed.causationId;
  if (inValue.length > 0 || (isOneInput && !isIdPart)) return inValue;
  return fieldChanges({ id: recorded.id }, { id: replayed.id });
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
