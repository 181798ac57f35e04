/** A histogram as Prometheus has it: upper bounds and cumulative counts. */
export interface Buckets {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
}

/** Reads a histogram out of the text of /metrics. */
export function bucketsIn(text: string, name: string): Buckets {
  const found = [...text.matchAll(new RegExp(`^${name}_bucket\\{[^}]*le="([^"]+)"[^}]*\\} (\\S+)$`, 'gm'))];
  return {
    bounds: found.map(([, bound]) => (bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound))),
    counts: found.map(([, , count]) => Number(count)),
  };
}

/** What several histograms of the same bounds hold together. */
export function together(all: readonly Buckets[]): Buckets {
  const { bounds = [] } = all[0] ?? {};
  return { bounds, counts: bounds.map((_, index) => all.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0)) };
}

/** What came to a histogram between two looks at it. */
export function since(before: Buckets, after: Buckets): Buckets {
  return { bounds: after.bounds, counts: after.counts.map((count, index) => count - (before.counts[index] ?? 0)) };
}

/**
 * The value below which `share` of the observations lie, taken to be spread evenly within a bucket; infinite when that is beyond the last
 * bound, NaN of none.
 */
export function quantileOf({ bounds, counts }: Buckets, share: number): number {
  const all = counts.at(-1) ?? 0;
  if (all === 0) return Number.NaN;
  const wanted = share * all;
  const index = counts.findIndex((count) => count >= wanted);
  const [low, high] = [bounds[index - 1] ?? 0, bounds[index] ?? Number.POSITIVE_INFINITY];
  const [below, within] = [counts[index - 1] ?? 0, (counts[index] ?? 0) - (counts[index - 1] ?? 0)];
  return high === Number.POSITIVE_INFINITY ? high : low + ((wanted - below) / within) * (high - low);
}
