import { readClock, type SeriesClock } from './clock.ts';
import { beginRange, expectedRange, observeRange, type RangeState } from './range.ts';
import { beginSeason, observeSeason, usualAt, type SeasonState } from './season.ts';
import { emptyTail, observeTail, surpriseOf, type TailState } from './surprise.ts';

/** What looks at a series: each measures how strange a sample is in its own way. */
export type Detector = 'spike' | 'level' | 'change-point' | 'spread' | 'season';

export type Verdict = {
  /** Likelihood, 0..1, that an anomaly begins (or grows) here; `anomalyThreshold` is the line for every series. */
  readonly score: number;
  /** The value expected, the range that all but one in some ten thousand values lie in, and whether this one doesn't. */
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  readonly isOutside: boolean;
  /** Distance from `expected` in robust sigmas, signed. */
  readonly deviation: number;
  /** Who was surprised the most. */
  readonly detector: Detector;
  /** Too few samples yet to say anything; the score is 0. */
  readonly warmingUp: boolean;
};

/** All that is remembered of a series: plain numbers and arrays. Never mutated. */
export type DetectorState = {
  readonly version: 1;
  readonly samples: number;
  readonly clock: SeriesClock;
  readonly range: RangeState;
  readonly season: SeasonState;
  readonly previous: number;
  readonly short: number;
  readonly medium: number;
  readonly long: number;
  readonly seasonal: number;
  readonly tails: readonly TailState[];
  /** Surprise of the present episode, fading. */
  readonly episode: number;
};

/** The one threshold on `Verdict.score`, for every series. */
export const anomalyThreshold = 0.5;

const detectors: readonly Detector[] = ['spike', 'level', 'level', 'change-point', 'season', 'season'];
const samplesToWarmUp = 60;
const episodeFade = 0.998;
const surpriseAtThreshold = 16;

const begin = (at: number, value: number): DetectorState => ({
  version: 1,
  samples: 0,
  clock: readClock(undefined, at).clock,
  range: beginRange(at, value),
  season: beginSeason(at),
  previous: value,
  short: value,
  medium: value,
  long: value,
  seasonal: 0,
  tails: detectors.map(() => emptyTail),
  episode: 0,
});

const towards = (from: number, to: number, samples: number, memory: number): number =>
  from + (to - from) / Math.min(samples, memory);

/**
 * One step of streaming anomaly detection. Pure: gives the next state and never touches the one given; the same input
 * gives the same output. Late samples (older than the newest) count for the level only, score 0 and leave the time-structure
 * alone. Throws a RangeError for a value or time that isn't a finite number: drop missing values instead of sending NaN.
 */
export const detect = (
  state: DetectorState | undefined,
  sample: { readonly at: number; readonly value: number },
): { readonly state: DetectorState; readonly verdict: Verdict } => {
  const { at, value } = sample;
  if (!Number.isFinite(at) || !Number.isFinite(value))
    throw new RangeError(`detect: the sample is ${value} at ${at}; give finite numbers and drop missing values.`);
  const before = state ?? begin(at, value);
  const { clock, isLate } = readClock(before.clock, at);
  const usual = usualAt(before.season, at);
  const { expected, lower, upper, isOutside, deviation } = expectedRange(before.range, usual, value);
  const range = observeRange(before.range, at, usual, value);
  if (isLate) {
    const verdict: Verdict = {
      score: 0,
      expected,
      lower,
      upper,
      isOutside,
      deviation,
      detector: 'level',
      warmingUp: before.samples < samplesToWarmUp,
    };
    return { state: { ...before, clock, range }, verdict };
  }
  const samples = before.samples + 1;
  const residual = usual === undefined ? NaN : value - usual;
  const short = towards(before.short, value, samples, 12);
  const seasonal = usual === undefined ? NaN : towards(before.seasonal || 0, residual, samples, 6);
  const sizes = [
    value - before.previous,
    value - before.medium,
    value - before.long,
    short - before.long,
    residual,
    seasonal,
  ].map(Math.abs);
  const surprises = sizes.map((size, index) => surpriseOf(before.tails[index] ?? emptyTail, size));
  const total = surprises.reduce((sum, each) => sum + each, 0);
  const warmingUp = samples <= samplesToWarmUp;
  const raised = !warmingUp && total > before.episode;
  const score = raised ? 1 - Math.pow(0.5, total / surpriseAtThreshold) : 0;
  const most = surprises.indexOf(Math.max(...surprises));
  return {
    state: {
      version: 1,
      samples,
      clock,
      range,
      season: observeSeason(before.season, at, value),
      previous: value,
      short,
      medium: towards(before.medium, value, samples, 50),
      long: towards(before.long, value, samples, 1000),
      seasonal,
      tails: before.tails.map((tail, index) => observeTail(tail, sizes[index] ?? 0)),
      episode: Math.max(before.episode * episodeFade, warmingUp ? 0 : total),
    },
    verdict: { score, expected, lower, upper, isOutside, deviation, detector: detectors[most] ?? 'level', warmingUp },
  };
};
