import { readClock, type SeriesClock } from './clock.ts';

/** A line through the recent past, as exponentially weighted sums; times relative to `clock.lastAt`, values to `origin`. */
export type TrendState = {
  readonly clock: SeriesClock;
  readonly firstAt: number;
  readonly origin: number;
  readonly samples: number;
  readonly weight: number;
  readonly sumT: number;
  readonly sumTT: number;
  readonly sumY: number;
  readonly sumTY: number;
  /** Of the one-step prediction errors: mean square, mean product of neighbours, mean size, and the latest. */
  readonly squares: number;
  readonly neighbours: number;
  readonly size: number;
  readonly lastError: number;
};

export type Trend = {
  /** The line's value now. */
  readonly level: number;
  /** Change of value per hour and its standard error (widened for errors that hang together). */
  readonly perHour: number;
  readonly perHourError: number;
  /** The slope is more than six standard errors from none, on enough samples. */
  readonly isTrending: boolean;
};

export type Forecast = { readonly at: number; readonly earliestAt: number; readonly latestAt: number };

const hourMs = 3_600_000;
const samplesNeeded = 40;
const significance = 6;
const clipAt = 4;

const lineOf = (state: TrendState): { slope: number; level: number; spanT: number } => {
  const spanT = state.sumTT - (state.sumT * state.sumT) / state.weight;
  const slope = spanT > 0 ? (state.sumTY - (state.sumT * state.sumY) / state.weight) / spanT : 0;
  return { slope, level: (state.sumY - slope * state.sumT) / state.weight, spanT };
};

const begin = (at: number, value: number): TrendState => ({
  clock: readClock(undefined, at).clock,
  firstAt: at,
  origin: value,
  samples: 1,
  weight: 1,
  sumT: 0,
  sumTT: 0,
  sumY: 0,
  sumTY: 0,
  squares: 0,
  neighbours: 0,
  size: 0,
  lastError: 0,
});

const add = (before: TrendState, at: number, value: number, memoryMs: number): TrendState => {
  const { clock, elapsedMs, isLate } = readClock(before.clock, at);
  if (isLate) return clock.lastAt === before.clock.lastAt ? { ...before, clock } : begin(at, value);
  const fade = Math.exp(-elapsedMs / memoryMs);
  const y = value - before.origin;
  const { slope, level } = lineOf(before);
  const predicted = before.samples < 3 ? before.sumY / before.weight : level + slope * elapsedMs;
  const reach = before.samples < samplesNeeded / 2 ? Infinity : clipAt * before.size;
  const error = Math.max(-reach, Math.min(reach, y - predicted));
  const rate = 1 / Math.min(before.samples, 100);
  return {
    clock,
    firstAt: before.firstAt,
    origin: before.origin,
    samples: before.samples + 1,
    weight: before.weight * fade + 1,
    sumT: (before.sumT - elapsedMs * before.weight) * fade,
    sumTT: (before.sumTT - 2 * elapsedMs * before.sumT + elapsedMs * elapsedMs * before.weight) * fade,
    sumY: before.sumY * fade + predicted + error,
    sumTY: (before.sumTY - elapsedMs * before.sumY) * fade,
    squares: before.squares + rate * (error * error - before.squares),
    neighbours: before.neighbours + rate * (error * before.lastError - before.neighbours),
    size: before.size + rate * (Math.abs(error) - before.size),
    lastError: error,
  };
};

const read = (state: TrendState): Trend => {
  const { slope, level, spanT } = lineOf(state);
  const together = state.squares > 0 ? Math.max(0, Math.min(0.999, state.neighbours / state.squares)) : 0;
  const error = spanT > 0 ? Math.sqrt((state.squares / spanT) * ((1 + together) / (1 - together))) : Infinity;
  return {
    level: state.origin + level,
    perHour: slope * hourMs,
    perHourError: error * hourMs,
    isTrending: state.samples >= samplesNeeded && slope !== 0 && Math.abs(slope) > significance * error,
  };
};

/**
 * One step of a streaming robust trend: exponentially weighted least squares over about `memoryMs` (default 1 h), with
 * errors clipped at four times their mean size, and the slope's standard error widened by (1+r)/(1-r) for neighbouring
 * errors of correlation r, so that a wandering series without a trend stays quiet. A season is a trend for as long as it rises:
 * choose a memory longer than its period where that matters. Late samples are ignored.
 */
export const trend = (
  state: TrendState | undefined,
  sample: { readonly at: number; readonly value: number },
  options: { readonly memoryMs?: number } = {},
): { readonly state: TrendState; readonly trend: Trend } => {
  if (!Number.isFinite(sample.at) || !Number.isFinite(sample.value))
    throw new RangeError(
      `trend: the sample is ${sample.value} at ${sample.at}; give finite numbers and drop missing values.`,
    );
  const next =
    state === undefined
      ? begin(sample.at, sample.value)
      : add(state, sample.at, sample.value, options.memoryMs ?? hourMs);
  return { state: next, trend: read(next) };
};

/**
 * When the series reaches `limit` if it goes on like this (epoch ms, with the range of two standard errors of the
 * slope); undefined when there is no trend, it leads away from the limit, the limit is passed already, or it lies
 * further ahead than `reach` (default 12) times the span the series has been watched for.
 */
export const limitReachedAt = (state: TrendState, limit: number, reach = 12): Forecast | undefined => {
  const { isTrending, level, perHour, perHourError } = read(state);
  const distance = limit - level;
  if (!isTrending || distance === 0 || Math.sign(distance) !== Math.sign(perHour)) return undefined;
  const hours = Math.abs(distance / perHour);
  const watchedHours = (state.clock.lastAt - state.firstAt) / hourMs;
  if (hours > reach * watchedHours) return undefined;
  const [size, error] = [Math.abs(perHour), 2 * perHourError];
  const after = (rate: number): number => state.clock.lastAt + (Math.abs(distance) / rate) * hourMs;
  return { at: after(size), earliestAt: after(size + error), latestAt: after(size - error) };
};
