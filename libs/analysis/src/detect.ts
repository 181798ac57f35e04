import { readClock, type SeriesClock } from './clock.ts';
import { episodeScore, noEpisode, observeEpisode, type EpisodeState } from './episode.ts';
import { beginEvidence, detectorAt, gather, type Detector, type EvidenceState } from './evidence.ts';
import { noHistory, weigh, type HistoryState } from './history.ts';
import { predict } from './prediction.ts';
import { beginRange, expectedRange, observeRange, type RangeState } from './range.ts';

/** One value of a series; `at` in epoch ms. */
export type Sample = { readonly at: number; readonly value: number };

export type Verdict = {
  /** Likelihood, 0..1, that an anomaly begins (or grows) here; `anomalyThreshold` is the line for every series. */
  readonly score: number;
  /** The value expected, the range ordinary values lie in, and whether this one doesn't: for as long as it lasts. */
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  readonly isOutside: boolean;
  /** Distance from `expected` in robust sigmas, signed, at most 1000. */
  readonly deviation: number;
  /** Who was surprised the most. */
  readonly detector: Detector;
  /** Too few samples yet to say anything; the score is 0. */
  readonly warmingUp: boolean;
};

/** All that is remembered of a series: plain numbers and arrays. Never mutated. */
export type DetectorState = {
  readonly version: 2;
  readonly samples: number;
  readonly clock: SeriesClock;
  /** Typical time between samples, 0 while unknown. */
  readonly intervalMs: number;
  readonly range: RangeState;
  readonly evidence: EvidenceState;
  readonly history: HistoryState;
  readonly episode: EpisodeState;
};

/** The one threshold on `Verdict.score`, for every series. */
export const anomalyThreshold = 0.5;

const samplesToWarmUp = 60;
/** Values beyond this aren't measurements, and their sums would overflow. */
const largest = 1e150;

const begin = (at: number, value: number): DetectorState => ({
  version: 2,
  samples: 0,
  clock: readClock(undefined, at).clock,
  intervalMs: 0,
  range: beginRange(at, value),
  evidence: beginEvidence(at, value),
  history: noHistory,
  episode: noEpisode,
});

/** Time between samples, as a mean over 100 of them; one long gap counts no more than ten usual ones. */
const typicalInterval = (intervalMs: number, elapsedMs: number, samples: number): number =>
  intervalMs === 0
    ? elapsedMs
    : intervalMs + (Math.min(elapsedMs, 10 * intervalMs) - intervalMs) / Math.min(samples, 100);

/** An event has to be rare in time, not only among samples: decades to take off where several samples share a minute. */
const crowding = (intervalMs: number): number =>
  intervalMs === 0 ? 0 : Math.max(0, Math.min(4, Math.log10(60_000 / intervalMs)));

/**
 * One step of streaming anomaly detection. Five witnesses measure how far the sample is from what came before, on
 * different memories; each size is ranked in the series' own history, and the root mean square of the ranks (as -log10 of
 * how rare) is the strength of the evidence. An episode is told once: a score is above 0 only where it begins or grows.
 *
 * Pure: gives the next state and never touches the one given; the same input gives the same output. Late samples (older
 * than the newest) count for the expected range's level only, and score 0. Throws a RangeError for a value or time that
 * isn't a finite number (or a value beyond 1e150): drop missing values instead of sending NaN.
 */
export const detect = (
  state: DetectorState | undefined,
  { at, value }: Sample,
): { readonly state: DetectorState; readonly verdict: Verdict } => {
  if (!Number.isFinite(at) || !(Math.abs(value) <= largest))
    throw new RangeError(`detect: the sample is ${value} at ${at}; give finite numbers and drop missing values.`);
  // What an earlier version of this learned is written otherwise: it is learned again.
  const before = state?.version === 2 ? state : begin(at, value);
  const { clock, elapsedMs, isLate } = readClock(before.clock, at);
  if (isLate) {
    const prediction = predict(before.evidence.prediction, at);
    const place = expectedRange(before.range, prediction, value);
    const range = observeRange(before.range, prediction, place, clock.lastAt, value);
    const warmingUp = before.samples < samplesToWarmUp;
    const verdict = {
      score: 0,
      ...place,
      detector: 'level',
      warmingUp,
    } as const;
    return { state: { ...before, clock, range }, verdict };
  }
  const samples = before.samples + 1;
  const warmingUp = samples < samplesToWarmUp;
  const { state: evidence, prediction, sizes } = gather(before.evidence, at, value, samples);
  const place = expectedRange(before.range, prediction, value);
  const intervalMs = typicalInterval(before.intervalMs, elapsedMs, samples);
  const { history, strength: found, most } = weigh(before.history, prediction, sizes, crowding(intervalMs));
  const strength = warmingUp ? 0 : found;
  return {
    state: {
      version: 2,
      samples,
      clock,
      intervalMs,
      range: observeRange(before.range, prediction, place, at, value),
      evidence,
      history,
      episode: observeEpisode(before.episode, strength),
    },
    verdict: {
      score: episodeScore(before.episode, strength),
      ...place,
      detector: detectorAt(most, prediction),
      warmingUp,
    },
  };
};
