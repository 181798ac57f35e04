import { limitReachedAt, trend, type HysteresisState, type TrendState } from '@muster/analysis';
import type { Finding } from './alert-life.ts';
import { isRaisedAfter, pressOn } from './condition-edge.ts';
import { bodyOf, type Scene } from './evidence.ts';
import { latestValue } from './series-state.ts';
import { severityOf } from './severity.ts';
import { durationInWords, quantity, seriesInWords } from './words.ts';

/** A series that has a limit, and how it moves towards it. */
export type CapacityState = {
  readonly limit: number;
  /** Reached from below, like a disk's size; otherwise from above, like the last free byte. */
  readonly isCeiling: boolean;
  readonly trend: TrendState;
  readonly left: TimeLeft | null;
  readonly hysteresis: HysteresisState | null;
};

/** Time until the limit is reached, ms, and the range it lies in; null while the series is not on its way there. */
type TimeLeft = { readonly ms: number; readonly earliestMs: number; readonly latestMs: number };

const hourMs = 3_600_000;
const soonMs = 6 * hourMs;
const options = {
  raiseAt: 1,
  raiseForMs: 60_000,
  raiseSamples: 5,
  clearAt: 0,
  clearForMs: 10 * 60_000,
  clearSamples: 5,
};

/** One step: speaks for an alert when the limit is less than six hours away, against it when it is more than nine or nothing moves. */
export function watchCapacity(
  before: CapacityState | null,
  limit: number,
  sample: { readonly at: number; readonly value: number },
  now: number,
): CapacityState {
  const next = trend(before?.trend, sample).state;
  const isCeiling = before?.isCeiling ?? (limit !== 0 && sample.value <= limit);
  // The last hundredth counts as reached.
  const isFull = isCeiling ? sample.value >= limit - Math.abs(limit) / 100 : sample.value <= limit;
  const left = isFull ? { ms: 0, earliestMs: 0, latestMs: 0 } : timeLeft(next, limit, sample.at);
  const score = left === null || left.ms > 1.5 * soonMs ? 0 : left.ms <= soonMs ? 1 : 0.5;
  const asleep = (before?.hysteresis ?? null) === null && score < 1;
  const hysteresis = asleep ? null : pressOn(before?.hysteresis ?? null, score, now, options);
  return { limit, isCeiling, trend: next, left, hysteresis };
}

function timeLeft(state: TrendState, limit: number, at: number): TimeLeft | null {
  const forecast = limitReachedAt(state, limit);
  if (forecast === undefined) return null;
  return {
    ms: Math.max(0, forecast.at - at),
    earliestMs: Math.max(0, forecast.earliestAt - at),
    latestMs: forecast.latestAt - at,
  };
}

export function capacityFinding(
  before: CapacityState | null,
  after: CapacityState | null,
  scene: Scene,
): Finding | undefined {
  const isRaised = isRaisedAfter(before?.hysteresis ?? null, after?.hysteresis ?? null);
  if (after === null || isRaised === undefined) return undefined;
  const { limit, isCeiling, left } = after;
  const { series, facts, at } = scene;
  const observed = latestValue(scene.recent);
  const stands = `It stands at ${quantity(observed, series.unit)} of ${quantity(limit, series.unit)}`;
  const end = isCeiling ? 'full' : 'used up';
  const when = left === null ? 'soon' : `in ${durationInWords(left.ms)}`;
  const between =
    left === null ? '' : ` (between ${durationInWords(left.earliestMs)} and ${durationInWords(left.latestMs)})`;
  const [title, description] = !isRaised
    ? ['is no longer running out of room', `${stands} and is not on its way to the limit within the next hours.`]
    : left?.ms === 0
      ? [`is ${end}`, `${stands}.`]
      : [`will be ${end} ${when}`, `${stands}; if it goes on like this, the limit is reached ${when}${between}.`];
  return {
    kind: 'capacity',
    isRaised,
    severity: severityOf(left === null ? 0 : left.ms <= hourMs ? 3 : 1, facts?.tier),
    at,
    alert: () =>
      bodyOf(
        scene,
        { category: 'CAPACITY', title: `${seriesInWords(series)} ${title}`, description },
        {
          detector: 'trend',
          reason: title,
          observed,
          ...(isCeiling ? { upper: limit } : { lower: limit }),
          score: left === null ? 0 : soonMs / Math.max(left.ms, soonMs / 100),
        },
      ),
  };
}
