/**
 * Percentiles of the durations that an agent takes now, in bounded memory. Durations are counted in buckets whose bounds grow by 10 % (the idea of
 * DDSketch, C. Masson, J. E. Rim, H. K. Lee, VLDB 2019), so a percentile is right within 5 %; from 1 ms to an hour that is at most 160 buckets.
 *
 * What was long ago fades in two ways. A window slides by halves: ten minutes, or less where there are many results. And a change is looked for, since whoever
 * became slow is given less to do, and its many quick results of the past would outvote the few of now for minutes: results beyond what was usual count up, others
 * down (a cumulative sum over signs, E. S. Page, Biometrika 1954). Where they win, all that was before them is forgotten.
 */
export interface LatencySketch {
  readonly older: Buckets;
  readonly newer: Buckets;
  /** Beginning of the newer half, epoch ms. */
  readonly since: number;
  /** Of the window: 10th and 90th percentile, ms; not there as long as little is known. */
  readonly usual?: Usual;
  /** There while results are unusual. */
  readonly run?: Run;
}

/** Number of the bucket -> how many. */
type Buckets = Readonly<Record<string, number>>;
type Usual = readonly [quick: number, slow: number];

/** Results from the first on that was not usual. */
interface Run {
  readonly isSlower: boolean;
  /** Unusual results in this direction less the others, from 1 to `enough`. */
  readonly lead: number;
  readonly buckets: Buckets;
  readonly since: number;
}

const growth = Math.log(1.1);
const longestMs = 3_600_000;
export const windowMs = 600_000;
/** A half is full after half of the window, or with so many results and not before so long. */
const full = { count: 256, ms: 10_000 };
/** What is usual is looked up again after so many results. */
const lookEvery = 16;
/**
 * How many unusual results more than others make a change. One in ten is beyond a percentile by chance, so that chance wins once in 9 ** 7 runs; it takes more
 * than half of the results to win at all.
 */
const enough = 8;
/** A pause of the machine makes many results slow at the same time, and is no change. */
const leastRunMs = 1_000;

export function emptySketch(now: number): LatencySketch {
  return { older: {}, newer: {}, since: now };
}

export function withLatency(sketch: LatencySketch, ms: number, now: number): LatencySketch {
  const slid = slide(sketch, now);
  const run = runAfter(slid, ms, now);
  if (run !== undefined && run.lead >= enough && now - run.since >= leastRunMs) return begunWith(run);
  const newer = withOne(slid.newer, ms);
  const { older, since, usual } = slid;
  const isLooking = run === undefined && countOf(newer) % lookEvery === 0;
  const known = isLooking ? usualOf(older, newer) : usual;
  return {
    older,
    newer,
    since,
    ...(known !== undefined && { usual: known }),
    ...(run !== undefined && { run }),
  };
}

/** The percentiles (0 to 1) in ms; 0 when nothing was ever measured. */
export function percentiles({ older, newer }: LatencySketch, ranks: readonly number[]): readonly number[] {
  return percentilesOf(older, newer, ranks);
}

/** Whether two durations differ by more than what is chance or does not matter. */
export function isFarFrom(a: number, b: number): boolean {
  return Math.abs(a - b) > 5 && Math.max(a, b) > 1.5 * Math.min(a, b);
}

function runAfter({ usual, run }: LatencySketch, ms: number, now: number): Run | undefined {
  if (usual === undefined) return undefined;
  const [quick, slow] = usual;
  const isSlower = ms > slow && isFarFrom(ms, slow);
  const isQuicker = ms < quick && isFarFrom(ms, quick);
  if (run === undefined)
    return isSlower || isQuicker ? { isSlower, lead: 1, buckets: withOne({}, ms), since: now } : undefined;
  const isMore = run.isSlower ? isSlower : isQuicker;
  const lead = Math.min(enough, run.lead + (isMore ? 1 : -1));
  return lead === 0 ? undefined : { ...run, lead, buckets: withOne(run.buckets, ms) };
}

/** Nothing counts any more that was before the change. */
function begunWith({ buckets, since }: Run): LatencySketch {
  return { older: {}, newer: buckets, since, usual: usualOf({}, buckets) };
}

function usualOf(older: Buckets, newer: Buckets): Usual {
  const [quick = 0, slow = 0] = percentilesOf(older, newer, [0.1, 0.9]);
  return [quick, slow];
}

function percentilesOf(older: Buckets, newer: Buckets, ranks: readonly number[]): readonly number[] {
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

function withOne(buckets: Buckets, ms: number): Buckets {
  const bucket = Math.round(Math.log(Math.min(longestMs, Math.max(1, ms))) / growth);
  return { ...buckets, [bucket]: (buckets[bucket] ?? 0) + 1 };
}

/** What was known last stays until something newer takes its place. */
function slide(sketch: LatencySketch, now: number): LatencySketch {
  const age = now - sketch.since;
  const count = countOf(sketch.newer);
  const isFull = age >= windowMs / 2 || (count >= full.count && age >= full.ms);
  return isFull && count > 0 ? { ...sketch, older: sketch.newer, newer: {}, since: now } : sketch;
}

function countOf(buckets: Buckets): number {
  return Object.values(buckets).reduce((sum, count) => sum + count, 0);
}
