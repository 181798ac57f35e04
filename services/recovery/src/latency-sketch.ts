/**
 * Percentiles of durations over a sliding window, in bounded memory: durations are counted in buckets whose bounds grow by 10 % (the idea of DDSketch,
 * C. Masson, J. E. Rim, H. K. Lee, VLDB 2019), so a percentile is right within 5 %; from 1 ms to an hour that is at most 160 buckets. The window
 * slides by halves: the older half falls out when the newer is full.
 */
export interface LatencySketch {
  readonly older: Buckets;
  readonly newer: Buckets;
  /** Beginning of the newer half, epoch ms. */
  readonly since: number;
}

/** Number of the bucket -> how many. */
type Buckets = Readonly<Record<string, number>>;

const growth = Math.log(1.1);
const longestMs = 3_600_000;
export const windowMs = 600_000;

export function emptySketch(now: number): LatencySketch {
  return { older: {}, newer: {}, since: now };
}

export function withLatency(sketch: LatencySketch, ms: number, now: number): LatencySketch {
  const slid = slide(sketch, now);
  const bucket = Math.round(Math.log(Math.min(longestMs, Math.max(1, ms))) / growth);
  return { ...slid, newer: { ...slid.newer, [bucket]: (slid.newer[bucket] ?? 0) + 1 } };
}

/** The percentiles (0 to 1) in ms; 0 when nothing was measured within the window. */
export function percentiles(sketch: LatencySketch, ranks: readonly number[], now: number): readonly number[] {
  const { older, newer } = slide(sketch, now);
  const buckets = [...new Set([...Object.keys(older), ...Object.keys(newer)])]
    .map((bucket) => ({ bucket: Number(bucket), count: (older[bucket] ?? 0) + (newer[bucket] ?? 0) }))
    .toSorted((a, b) => a.bucket - b.bucket);
  const all = buckets.reduce((sum, { count }) => sum + count, 0);
  return ranks.map((rank) => {
    let below = 0;
    const found = buckets.find(({ count }) => (below += count) >= rank * all);
    return found === undefined ? 0 : Math.round(10 * Math.exp(found.bucket * growth)) / 10;
  });
}

function slide(sketch: LatencySketch, now: number): LatencySketch {
  const age = now - sketch.since;
  if (age < windowMs / 2) return sketch;
  return { older: age < windowMs ? sketch.newer : {}, newer: {}, since: now };
}
