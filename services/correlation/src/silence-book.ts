import type { Table } from '@muster/agent';
import { compileSilence, labelOf, type CompiledSilence } from '@muster/policy';
import type { Silence } from '@muster/schemas';
import type { AlertFacts } from './alert-state.ts';

/** All silences, so that those about one alert are found without trying each. */
export interface SilenceBook {
  /** Whether any silence looks at titles. */
  readonly isAboutTitles: boolean;
  /** The silences about an alert, whatever the time, in order of their ids. Quick when asked again about the same facts. */
  about(facts: AlertFacts): readonly Silence[];
}

type UsableSilence = CompiledSilence & { readonly silence: Silence };

interface Kept {
  readonly version: number;
  readonly book: SilenceBook;
  readonly compiled: ReadonlyMap<Silence, UsableSilence | undefined>;
}

// What follows from the table, kept until it changes: the same table gives the same book.
const books = new WeakMap<Table<Silence>, Kept>();

export function silenceBook(table: Table<Silence>): SilenceBook {
  const known = books.get(table);
  if (known?.version === table.version) return known.book;
  const compiled = new Map<Silence, UsableSilence | undefined>();
  for (const silence of table.values()) {
    const before = known?.compiled;
    compiled.set(silence, before?.has(silence) === true ? before.get(silence) : usable(silence));
  }
  const book = bookOf([...compiled.values()].filter((each) => each !== undefined));
  books.set(table, { version: table.version, book, compiled });
  return book;
}

function usable(silence: Silence): UsableSilence | undefined {
  const compiled = compileSilence(silence);
  return typeof compiled === 'string' ? undefined : { ...compiled, silence };
}

const none: readonly Silence[] = [];

function bookOf(silences: readonly UsableSilence[]): SilenceBook {
  const byLabel = new Map<string, Map<string, UsableSilence[]>>();
  const others: UsableSilence[] = [];
  for (const each of silences) {
    const { needs } = each;
    if (needs === undefined) {
      others.push(each);
      continue;
    }
    const byValue = byLabel.get(needs.label) ?? new Map<string, UsableSilence[]>();
    byLabel.set(needs.label, byValue);
    for (const value of needs.values) {
      const same = byValue.get(value);
      if (same === undefined) byValue.set(value, [each]);
      else if (same.at(-1) !== each) same.push(each);
    }
  }
  const answers = new WeakMap<AlertFacts, readonly Silence[]>();

  const find = (facts: AlertFacts): readonly Silence[] => {
    const found: Silence[] = [];
    for (const [label, byValue] of byLabel)
      for (const each of byValue.get(labelOf(facts, label)) ?? []) if (each.isAbout(facts)) found.push(each.silence);
    for (const each of others) if (each.isAbout(facts)) found.push(each.silence);
    return found.length === 0 ? none : found.toSorted((a, b) => (a.silenceId < b.silenceId ? -1 : 1));
  };

  return {
    isAboutTitles: silences.some(({ isAboutTitle }) => isAboutTitle),
    about(facts) {
      if (silences.length === 0) return none;
      const known = answers.get(facts);
      if (known !== undefined) return known;
      const found = find(facts);
      answers.set(facts, found);
      return found;
    },
  };
}

/** Ids of the silences in force at a time; at most so many are named. */
export function silencedBy(silences: readonly Silence[], now: number): readonly string[] {
  if (silences.length === 0) return noIds;
  const inForce = silences.filter(({ startsAt, endsAt }) => startsAt <= now && now < endsAt);
  return inForce.length === 0 ? noIds : inForce.slice(0, mostNamed).map(({ silenceId }) => silenceId);
}

const noIds: readonly string[] = [];
const mostNamed = 10;

/** The next time at which one of these silences begins or ends, epoch ms. */
export function nextSilenceChange(silences: readonly Silence[], now: number): number {
  let nextAt = Number.POSITIVE_INFINITY;
  for (const { startsAt, endsAt } of silences) {
    if (startsAt > now) nextAt = Math.min(nextAt, startsAt);
    else if (endsAt > now) nextAt = Math.min(nextAt, endsAt);
  }
  return nextAt;
}
