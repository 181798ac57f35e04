/**
 * How often sizes as large as this one were seen before: a histogram of the largest ones, eight bins to the octave,
 * reaching three octaves down from the record. Everything smaller is ordinary and isn't kept, so memory is constant.
 */
export type Ranks = {
  /** Bin of the record: floor(8 log2 size). */
  readonly top: number;
  /** How many were seen in bin `top - index`; empty before the first. */
  readonly counts: readonly number[];
};

const binsPerOctave = 8;
const bins = 24;
/** A size that doubles the record counts as a hundred times rarer, up to a million times. */
const decadesPerOctave = 2;
const decadesBeyond = 6;

export const noRanks: Ranks = { top: 0, counts: [] };

const binOf = (size: number): number => Math.floor(Math.log2(size) * binsPerOctave);

/** -log10 of the share of the `seen` sizes that were at least as large; a record also counts by how far it leads. */
export const surpriseOf = (ranks: Ranks, size: number, seen: number): number => {
  if (size <= 0) return 0;
  const depth = ranks.top - binOf(size);
  if (depth >= bins) return 0;
  let atLeast = 0.5;
  for (let index = 0; index <= depth && index < ranks.counts.length; index += 1) atLeast += ranks.counts[index] ?? 0;
  const rarity = Math.log10((seen + 1) / Math.min(atLeast, seen + 1));
  const lead = ranks.counts.length > 0 && depth < 0 ? (-depth / binsPerOctave) * decadesPerOctave : 0;
  return rarity + Math.min(lead, decadesBeyond);
};

/** Counts one size; gives the same object back when it is too small to be kept. */
export const countSize = (ranks: Ranks, size: number): Ranks => {
  if (size <= 0) return ranks;
  const bin = binOf(size);
  if (ranks.counts.length === 0) return { top: bin, counts: [1] };
  const depth = ranks.top - bin;
  if (depth >= bins) return ranks;
  if (depth < 0) {
    const kept = Math.max(0, Math.min(ranks.counts.length, bins + depth));
    const fresh = Array.from({ length: Math.min(-depth, bins) }, (_, index) => (index === 0 ? 1 : 0));
    return { top: bin, counts: [...fresh, ...ranks.counts.slice(0, kept)] };
  }
  const counts = ranks.counts.slice();
  while (counts.length <= depth) counts.push(0);
  counts[depth] = (counts[depth] ?? 0) + 1;
  return { top: ranks.top, counts };
};

/** Halves every count, so that what is long past fades; a size seen once is forgotten. */
export const halve = (ranks: Ranks): Ranks => {
  const counts = ranks.counts.map((count) => Math.floor(count / 2));
  const first = counts.findIndex((count) => count > 0);
  return first < 0 ? noRanks : { top: ranks.top - first, counts: counts.slice(first) };
};
