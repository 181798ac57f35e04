import { readClock, type SeriesClock } from './clock.ts';

/** What is known about when a series' samples arrive. */
export type ArrivalState = {
  readonly clock: SeriesClock;
  /** Gaps seen (duplicates and late samples have none). */
  readonly gaps: number;
  /** Mean gap, ms, exponentially weighted over about 50 gaps. */
  readonly typicalMs: number;
  /** The longest gap of late, ms; it fades over 100 times its own length. */
  readonly longestMs: number;
};

const gapsNeeded = 5;
const memoryInGaps = 50;
const fadesOverOwnLengths = 100;

/** How long a series may be silent before that is news: 3 typical gaps or twice the longest one of late. */
const allowanceMs = (state: ArrivalState): number => Math.max(3 * state.typicalMs, 2 * state.longestMs);

/**
 * Learns when samples of a series arrive. `at` is the arrival time (epoch ms) by the clock the caller trusts; late
 * and duplicate times teach nothing. An outage that was long enough to be declared counts only up to twice the
 * allowance, so that one outage does not make the next one invisible.
 */
export const observeArrival = (state: ArrivalState | undefined, at: number): ArrivalState => {
  if (!Number.isFinite(at)) throw new RangeError(`observeArrival: the arrival time is ${at}; give epoch milliseconds.`);
  if (state === undefined) return { clock: readClock(undefined, at).clock, gaps: 0, typicalMs: 0, longestMs: 0 };
  const { clock, elapsedMs } = readClock(state.clock, at);
  if (elapsedMs === 0) return { ...state, clock };
  const isLearnt = state.gaps >= gapsNeeded;
  const gapMs = isLearnt ? Math.min(elapsedMs, 2 * allowanceMs(state)) : elapsedMs;
  const gaps = state.gaps + 1;
  const typicalMs = state.typicalMs + (gapMs - state.typicalMs) / Math.min(gaps, memoryInGaps);
  const faded =
    state.longestMs === 0 ? 0 : state.longestMs * Math.exp(-gapMs / (fadesOverOwnLengths * state.longestMs));
  return { clock, gaps, typicalMs, longestMs: Math.max(gapMs, faded) };
};

/**
 * The time (epoch ms) at which the series is to be declared absent if nothing arrives before, or undefined while
 * fewer than five gaps were seen. A steady series is missed after 3 gaps; an irregular one gets the time it has needed before.
 */
export const absenceDeadline = (state: ArrivalState | undefined): number | undefined =>
  state === undefined || state.gaps < gapsNeeded ? undefined : state.clock.lastAt + allowanceMs(state);
