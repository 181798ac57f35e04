/** How long to wait between attempts: exponential, capped, jittered. All durations in ms. */
export interface Backoff {
  readonly initialMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Attempts in all, the first one included; leave it out for "until it works". */
  readonly maxAttempts?: number;
}

export const defaultBackoff: Backoff = { initialMs: 100, factor: 2, maxMs: 10_000 };

/**
 * The delay before the attempt that follows attempt number `attempt` (1 = the first), or `undefined` when there is none left.
 * Equal jitter: half fixed, half random, so that retries spread out yet never come at once (M. Brooker, "Exponential Backoff And
 * Jitter", AWS 2015).
 */
export function delayAfter(backoff: Backoff, attempt: number, random: () => number = Math.random): number | undefined {
  if (backoff.maxAttempts !== undefined && attempt >= backoff.maxAttempts) return undefined;
  const full = Math.min(backoff.maxMs, backoff.initialMs * backoff.factor ** (attempt - 1));
  return full / 2 + (full / 2) * random();
}

/**
 * The same with full jitter: anything between nothing and the whole delay, which spreads many that failed together the most, and thus makes
 * the fewest collisions (Brooker, as above). `random` is from 0 to below 1.
 */
export function fullJitterAfter(backoff: Backoff, attempt: number, random: number): number {
  return random * Math.min(backoff.maxMs, backoff.initialMs * backoff.factor ** Math.min(60, attempt - 1));
}
