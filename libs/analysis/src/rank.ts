/**
 * How often sizes as large as this one were seen before: a histogram of the larger ones, eight bins to the octave.
 * It reaches down from the record until it holds an eighth of all sizes seen (three octaves at the most); what is
 * smaller is ordinary and isn't kept. So memory is constant, and an ordinary size costs nothing.
 *
 * Empty before the first size, else: the bin of the record, floor(8 log2 size); size and samples so far of a record that isn't over yet (see
 * `countWhenOver`), 0 when there is none; and how many were seen in that bin and in each one below. A list and no object,
 * because a state has eighteen of them, which are copied, collected and stored all the time.
 */
export type Ranks = readonly number[];

/** Where the counts begin. */
const head = 3;
const binsPerOctave = 8;
const bins = 24;
const ordinaryFrom = 1 / 8;
/** A size that doubles the record counts as a hundred times rarer, up to a million times. */
const decadesPerOctave = 2;
const decadesBeyond = 6;
/** A lead over fewer sizes than this means less. */
const sizesToLead = 8;
const recordWaits = 10;

export const noRanks: Ranks = [];

const binOf = (size: number): number => Math.floor(Math.log2(size) * binsPerOctave);
const topOf = (ranks: Ranks): number => ranks[0] ?? 0;

/** How many sizes were seen in the first `length` bins. */
const countTo = (ranks: Ranks, length: number): number => {
  let sum = 0;
  for (let index = head; index < head + length && index < ranks.length; index += 1) sum += ranks[index] ?? 0;
  return sum;
};

/**
 * -log10 of the share of the `seen` sizes that were at least as large, 0 for an ordinary one; a record also counts by
 * how far it leads.
 */
export const surpriseOf = (ranks: Ranks, size: number, seen: number): number => {
  if (size <= 0) return 0;
  const isFirst = ranks.length === 0;
  const depth = isFirst ? -1 : topOf(ranks) - binOf(size);
  if (depth >= ranks.length - head && depth >= 0) return 0;
  const rarity = Math.max(0, Math.log10((seen + 1) / (countTo(ranks, depth + 1) + 0.5)));
  if (isFirst || depth >= 0) return rarity;
  const lead = Math.min((-depth / binsPerOctave) * decadesPerOctave, decadesBeyond);
  return rarity + lead * Math.min(1, countTo(ranks, bins) / sizesToLead);
};

/** Counts one of `seen` sizes; gives the same list back when it is too ordinary to be kept. */
export const countSize = (ranks: Ranks, size: number, seen: number): Ranks => {
  if (size <= 0) return ranks;
  const bin = binOf(size);
  if (ranks.length === 0) return [bin, 0, 0, 1];
  const depth = topOf(ranks) - bin;
  const total = countTo(ranks, bins);
  if (depth >= ranks.length - head && (depth >= bins || total >= ordinaryFrom * seen)) return ranks;
  const next = ranks.slice();
  next[0] = Math.max(bin, topOf(ranks));
  for (let missing = Math.min(-depth, bins); missing > 0; missing -= 1) next.splice(head, 0, 0);
  while (next.length - head <= depth) next.push(0);
  const place = head + Math.max(0, depth);
  next[place] = (next[place] ?? 0) + 1;
  let rest = total + 1 - (next.at(-1) ?? 0);
  while (next.length - head > bins || rest >= ordinaryFrom * seen) {
    next.pop();
    rest -= next.at(-1) ?? 0;
  }
  return next;
};

/**
 * Like `countSize`, but a record is counted when it is over, or after ten samples: a size that grows slowly would
 * otherwise lead its own earlier values by too little to be noticed.
 */
export const countWhenOver = (ranks: Ranks, size: number, seen: number): Ranks => {
  const [top = 0, record = 0, samples = 0] = ranks;
  const isRecord = size > 0 && ranks.length > 0 && binOf(size) > top;
  if (isRecord && samples < recordWaits) return withRecord(ranks, Math.max(size, record), samples + 1);
  return countSize(samples === 0 ? ranks : countSize(withRecord(ranks, 0, 0), record, seen), size, seen);
};

const withRecord = (ranks: Ranks, size: number, samples: number): Ranks => {
  const next = ranks.slice();
  next[1] = size;
  next[2] = samples;
  return next;
};

/** Halves every count, so that what is long past fades; a size seen once is forgotten. */
export const halve = (ranks: Ranks): Ranks => {
  const counts = ranks.slice(head).map((count) => Math.floor(count / 2));
  const first = counts.findIndex((count) => count > 0);
  return first < 0 ? noRanks : [topOf(ranks) - first, 0, 0, ...counts.slice(first)];
};
