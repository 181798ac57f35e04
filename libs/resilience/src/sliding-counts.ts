/**
 * Counts over a sliding window, of constant size: the window is cut into slices, and whole slices fall out of it. So it reaches back between
 * nine tenths of `windowMs` and all of it. A plain value.
 */
export type SlidingCounts = readonly Slice[];

interface Slice {
  /** Its beginning, epoch ms. */
  readonly at: number;
  readonly counts: Readonly<Record<string, number>>;
}

const slices = 10;

/** With one more of `what`. Time that goes back counts as the latest time. */
export function counted(window: SlidingCounts, windowMs: number, now: number, what: string): SlidingCounts {
  const sliceMs = windowMs / slices;
  const last = window.at(-1);
  const at = Math.max(last?.at ?? Number.NEGATIVE_INFINITY, Math.floor(now / sliceMs) * sliceMs);
  const isNew = last?.at !== at;
  const counts: Slice['counts'] = isNew ? {} : last.counts;
  const slice: Slice = { at, counts: { ...counts, [what]: (counts[what] ?? 0) + 1 } };
  return [...(isNew ? window : window.slice(0, -1)).filter((each) => each.at > at - windowMs), slice];
}

/** How many of `what` there were within the window that ends now. */
export function countOf(window: SlidingCounts, windowMs: number, now: number, what: string): number {
  const oldest = Math.floor(now / (windowMs / slices)) * (windowMs / slices) - windowMs;
  let count = 0;
  for (const slice of window) if (slice.at > oldest) count += slice.counts[what] ?? 0;
  return count;
}
