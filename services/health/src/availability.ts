import type { HealthReport } from '@muster/schemas';

type Availability = HealthReport['availability'][number];

const hourMs = 3_600_000;
/** A window slides by a bucket: it reaches back by its length, less up to one bucket. */
const shapes = [
  { windowMs: hourMs, buckets: 12 },
  { windowMs: 24 * hourMs, buckets: 24 },
  { windowMs: 7 * 24 * hourMs, buckets: 28 },
] as const;

/** Buckets of one window in a ring; of constant size. Bucket n of time stands at n modulo their number. */
type Ring = {
  readonly newest: number;
  readonly up: readonly number[];
  readonly known: readonly number[];
};

/** How long a target worked and was known, over the last hour, day and week. */
export type Windows = readonly Ring[];

/** Adds a stretch of time (epoch ms) in which the target worked or did not. */
export function account(windows: Windows | undefined, fromAt: number, toAt: number, isUp: boolean): Windows {
  return shapes.map(({ windowMs, buckets }, index) => {
    const bucketMs = windowMs / buckets;
    let ring = windows?.[index] ?? emptyRing(Math.floor(fromAt / bucketMs), buckets);
    for (let at = Math.max(fromAt, toAt - windowMs); at < toAt;) {
      const bucket = Math.floor(at / bucketMs);
      const end = Math.min(toAt, (bucket + 1) * bucketMs);
      ring = add(ring, bucket, end - at, isUp);
      at = end;
    }
    return ring;
  });
}

export function availabilityOf(windows: Windows | undefined, now: number): Availability[] {
  return shapes.map(({ windowMs, buckets }, index) => {
    const ring = windows?.[index];
    if (ring === undefined) return { windowMs, upMs: 0, knownMs: 0 };
    const oldest = Math.floor(now / (windowMs / buckets)) - buckets + 1;
    let upMs = 0;
    let knownMs = 0;
    for (let bucket = Math.max(oldest, ring.newest - buckets + 1); bucket <= ring.newest; bucket += 1) {
      upMs += ring.up[place(bucket, buckets)] ?? 0;
      knownMs += ring.known[place(bucket, buckets)] ?? 0;
    }
    return { windowMs, upMs, knownMs };
  });
}

/**
 * Windows with the sums of a report, for when nothing else is left of them: the sums are right, when within the window is taken to be even. Each bucket
 * has whole ms, as reports must.
 */
export function windowsFrom(availability: readonly Availability[], now: number): Windows {
  return shapes.map(({ windowMs, buckets }) => {
    const told = availability.find((each) => each.windowMs === windowMs) ?? { upMs: 0, knownMs: 0 };
    const upTo = (sum: number, bucket: number): number => Math.floor((sum * bucket) / buckets);
    const even = (sum: number): readonly number[] =>
      Array.from({ length: buckets }, (_, bucket) => upTo(sum, bucket + 1) - upTo(sum, bucket));
    return { newest: Math.floor(now / (windowMs / buckets)), up: even(told.upMs), known: even(told.knownMs) };
  });
}

function emptyRing(newest: number, buckets: number): Ring {
  const none = Array.from({ length: buckets }, () => 0);
  return { newest, up: none, known: none };
}

function add(ring: Ring, bucket: number, ms: number, isUp: boolean): Ring {
  const buckets = ring.up.length;
  if (bucket <= ring.newest - buckets) return ring;
  const [up, known] = [[...ring.up], [...ring.known]];
  for (let next = Math.max(ring.newest, bucket - buckets) + 1; next <= bucket; next += 1) {
    up[place(next, buckets)] = 0;
    known[place(next, buckets)] = 0;
  }
  const at = place(bucket, buckets);
  known[at] = (known[at] ?? 0) + ms;
  if (isUp) up[at] = (up[at] ?? 0) + ms;
  return { newest: Math.max(ring.newest, bucket), up, known };
}

function place(bucket: number, buckets: number): number {
  return ((bucket % buckets) + buckets) % buckets;
}
