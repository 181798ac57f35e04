/**
 * How often sizes as large as this one were seen before: a histogram of the larger ones, eight bins to the octave.
 * It reaches down from the record until it holds an eighth of all sizes seen (three octaves at the most); what is
 * smaller is ordinary and isn't kept. So memory is constant, and an ordinary size costs nothing.
 */
export type Ranks = {
  /** Bin of the record: floor(8 log2 size). */
  readonly top: number;
  /** How many were seen in bin `top - index`; empty before the first. */
  readonly counts: readonly number[];
  /** A record that isn't over yet (see `countWhenOver`), and for how many samples. */
  readonly record?: { readonly size: number; readonly samples: number };
};

const binsPerOctave = 8;
const bins = 24;
const ordinaryFrom = 1 / 8;
/** A size that doubles the record counts as a hundred times rarer, up to a million times. */
const decadesPerOctave = 2;
const decadesBeyond = 6;
/** A lead over fewer sizes than this means less. */
const sizesToLead = 8;
const recordWaits = 10;

export const noRanks: Ranks = { top: 0, counts: [] };

const binOf = (size: number): number => Math.floor(Math.log2(size) * binsPerOctave);

/** How many sizes were seen in the first `length` bins. */
const countTo = (counts: readonly number[], length: number): number => {
  let sum = 0;
  for (let index = 0; index < length && index < counts.length; index += 1) sum += counts[index] ?? 0;
  return sum;
};

/**
 * -log10 of the share of the `seen` sizes that were at least as large, 0 for an ordinary one; a record also counts by
 * how far it leads.
 */
export const surpriseOf = (ranks: Ranks, size: number, seen: number): number => {
  if (size <= 0) return 0;
  const { top, counts } = ranks;
  const depth = counts.length === 0 ? -1 : top - binOf(size);
  if (depth >= counts.length && depth >= 0) return 0;
  const rarity = Math.max(0, Math.log10((seen + 1) / (countTo(counts, depth + 1) + 0.5)));
  if (counts.length === 0 || depth >= 0) return rarity;
  const lead = Math.min((-depth / binsPerOctave) * decadesPerOctave, decadesBeyond);
  return rarity + lead * Math.min(1, countTo(counts, bins) / sizesToLead);
};

/** Counts one of `seen` sizes; gives the same object back when it is too ordinary to be kept. */
export const countSize = (ranks: Ranks, size: number, seen: number): Ranks => {
  if (size <= 0) return ranks;
  const bin = binOf(size);
  if (ranks.counts.length === 0) return { top: bin, counts: [1] };
  const depth = ranks.top - bin;
  const total = countTo(ranks.counts, bins);
  if (depth >= ranks.counts.length && (depth >= bins || total >= ordinaryFrom * seen)) return ranks;
  const counts = ranks.counts.slice();
  for (let missing = Math.min(-depth, bins); missing > 0; missing -= 1) counts.unshift(0);
  while (counts.length <= depth) counts.push(0);
  counts[Math.max(0, depth)] = (counts[Math.max(0, depth)] ?? 0) + 1;
  let rest = total + 1 - (counts.at(-1) ?? 0);
  while (counts.length > bins || rest >= ordinaryFrom * seen) {
    counts.pop();
    rest -= counts.at(-1) ?? 0;
  }
  return { top: Math.max(bin, ranks.top), counts };
};

/**
 * Like `countSize`, but a record is counted when it is over, or after ten samples: a size that grows slowly would
 * otherwise lead its own earlier values by too little to be noticed.
 */
export const countWhenOver = (ranks: Ranks, size: number, seen: number): Ranks => {
  const { top, counts, record } = ranks;
  const isRecord = size > 0 && counts.length > 0 && binOf(size) > top;
  if (isRecord && (record?.samples ?? 0) < recordWaits)
    return { top, counts, record: { size: Math.max(size, record?.size ?? 0), samples: (record?.samples ?? 0) + 1 } };
  return countSize(record === undefined ? ranks : countSize({ top, counts }, record.size, seen), size, seen);
};

/** Halves every count, so that what is long past fades; a size seen once is forgotten. */
export const halve = (ranks: Ranks): Ranks => {
  const counts = ranks.counts.map((count) => Math.floor(count / 2));
  const first = counts.findIndex((count) => count > 0);
  return first < 0 ? noRanks : { top: ranks.top - first, counts: counts.slice(first) };
};
