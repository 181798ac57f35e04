import { books, booksFor, isSlow } from './evidence.ts';
import type { Prediction } from './prediction.ts';
import { countSize, countWhenOver, halve, noRanks, surpriseOf, type Ranks } from './rank.ts';

/** All sizes a series has shown, by book: how many, and the ranks of those above and below zero, alternating. */
export type HistoryState = {
  readonly seen: readonly number[];
  readonly ranks: readonly Ranks[];
};

export type Weighing = {
  readonly history: HistoryState;
  /** Root mean square of the witnesses' surprises (-log10 of how rare). */
  readonly strength: number;
  /** Index of the witness that was surprised the most. */
  readonly most: number;
};

/** A book with fewer sizes than this has no say yet. */
const sizesToSpeak = 40;
/** Where the books are halved: memory reaches back this far at the most, half of it at the least. */
const seenAtMost = 32_768;

export const noHistory: HistoryState = {
  seen: Array.from({ length: books }, () => 0),
  ranks: Array.from({ length: 2 * books }, () => noRanks),
};

/** Ranks one signed size per witness in the history, and writes them down. `common` decades are taken off every surprise. */
export const weigh = (
  history: HistoryState,
  prediction: Prediction,
  sizes: readonly number[],
  common: number,
): Weighing => {
  const halves = (history.seen[0] ?? 0) >= seenAtMost;
  const seen = halves ? history.seen.map((count) => count >> 1) : history.seen.slice();
  const ranks = halves ? history.ranks.map(halve) : history.ranks.slice();
  const consulted = booksFor(prediction);
  let squares = 0;
  let most = 0;
  let mostSurprise = 0;
  for (let index = 0; index < sizes.length; index += 1) {
    const book = consulted[index] ?? 0;
    const signed = sizes[index] ?? 0;
    const size = Math.abs(signed);
    const side = 2 * book + (signed < 0 ? 1 : 0);
    const own = ranks[side] ?? noRanks;
    const count = (seen[book] ?? 0) + 1;
    const surprise = count < sizesToSpeak ? 0 : Math.max(0, surpriseOf(own, size, count) - common);
    seen[book] = count;
    ranks[side] = isSlow(book) ? countWhenOver(own, size, count) : countSize(own, size, count);
    squares += surprise * surprise;
    if (surprise > mostSurprise) {
      most = index;
      mostSurprise = surprise;
    }
  }
  return { history: { seen, ranks }, strength: Math.sqrt(squares / sizes.length), most };
};
