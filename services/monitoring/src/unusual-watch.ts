import { anomalyThreshold, type HysteresisState, type Verdict } from '@muster/analysis';
import type { Finding } from './alert-life.ts';
import { isRaisedAfter, pressOn } from './condition-edge.ts';
import { bodyOf, type AlertBody, type Scene } from './evidence.ts';
import type { Monitor } from './monitor.ts';
import { latestValue } from './series-state.ts';
import type { Settings } from './settings.ts';
import { pointsOfDistance, severityOf } from './severity.ts';
import { quantity, rangeInWords, seriesInWords } from './words.ts';

/** What is remembered while values are strange, or were a moment ago. */
export type UnusualState = {
  /** How much the last samples speak for an alert, 0..1. */
  readonly pressure: number;
  /** Time of the first strange sample by the series' clock, and the range that was expected then. */
  readonly firstAt: number;
  readonly lower: number;
  readonly upper: number;
  /** How far the strange ones lie from the middle of that range, in half-widths, smoothed. */
  readonly far: number;
  readonly isStrange: boolean;
  /** Nothing at all comes through any more. */
  readonly isDry: boolean;
  readonly hysteresis: HysteresisState;
};

const farthest = 10;
/** Half-widths up to which a value is only just outside the range: that takes longer to raise an alert, but holds one as well. */
const justOutside = 1.25;
const doubt = 0.85;

/** One step of the learned detection; null while nothing is the matter. */
export function watchUnusual(
  before: UnusualState | null,
  verdict: Verdict,
  { at, value }: { readonly at: number; readonly value: number },
  isDry: boolean,
  now: number,
  monitor: Monitor,
  { sensitivity, holdMs }: Settings,
): UnusualState | null {
  const strangeness = isDry ? 1 : strangenessOf(verdict, value, sensitivity);
  if (before === null && strangeness === 0) return null;

  const pressed = before?.pressure ?? 0;
  // That nothing comes has been waited for already.
  const pressure = isDry ? 1 : pressed + monitor.haste * (strangeness - pressed);
  const options = { ...monitor.hysteresis, clearForMs: holdMs };
  const hysteresis = pressOn(before?.hysteresis ?? null, pressure, now, options);
  if (hysteresis === null) return null;
  const { lower, upper, firstAt, far } = before ?? { ...verdict, firstAt: at, far: 0 };
  const isStrange = strangeness > 0;
  const distance = Math.min(farthest, halfWidths(value, { lower, upper }));
  return {
    pressure,
    firstAt,
    lower,
    upper,
    far: isStrange ? far + monitor.haste * (distance - far) : far,
    isStrange,
    isDry,
    hysteresis,
  };
}

/** How much one sample speaks for an alert, 0..1. */
function strangenessOf(verdict: Verdict, value: number, sensitivity: number): number {
  if (verdict.warmingUp) return 0;
  const isNew = verdict.score >= anomalyThreshold;
  if (sensitivity === 1 && !verdict.isOutside) return isNew ? verdict.score : 0;
  const distance = halfWidths(value, verdict) * sensitivity;
  if (distance > justOutside) return 1;
  return Math.max(distance > 1 || sensitivity === 1 ? doubt : 0, isNew ? verdict.score : 0);
}

/**
 * Distance from the middle of the range in half-widths. A series can be so steady that a change hardly anybody notices lies far outside:
 * under a twentieth of the value it counts as just outside.
 */
function halfWidths(value: number, { lower, upper }: { readonly lower: number; readonly upper: number }): number {
  const [middle, half] = [(lower + upper) / 2, (upper - lower) / 2];
  const distance = Math.abs(value - middle) / half;
  return Math.abs(value - middle) < Math.abs(middle) / 20 ? Math.min(1, distance) : distance;
}

/** What there is to say after a step, if anything. */
export function unusualFinding(
  before: UnusualState | null,
  after: UnusualState | null,
  verdict: Verdict,
  scene: Scene,
  monitor: Monitor,
): Finding | undefined {
  const isRaised = isRaisedAfter(before?.hysteresis ?? null, after?.hysteresis ?? null);
  if (after === null || isRaised === undefined) return undefined;
  const direction = latestValue(scene.recent) >= (after.lower + after.upper) / 2 ? 'rise' : 'fall';
  const heldMs = scene.now - (after.hysteresis.changedAt ?? scene.now);
  const points = pointsOfDistance(after.isDry ? farthest : after.far, heldMs) + monitor.points(direction, scene.series);
  return {
    kind: 'unusual',
    isRaised,
    // Values that are back make nothing worse.
    severity: after.isStrange ? severityOf(points, scene.facts?.tier) : 'INFO',
    at: isRaised ? after.firstAt : scene.at,
    alert: () => (isRaised ? strange(after, verdict, scene, monitor.words(direction)) : usual(after, verdict, scene)),
  };
}

function strange({ lower, upper, isDry }: UnusualState, verdict: Verdict, scene: Scene, words: string): AlertBody {
  const { series, samples } = scene;
  const [observed, least] = [latestValue(scene.recent), plausible(lower, scene)];
  const reading = quantity(observed, series.unit);
  const range = isDry ? quantity((lower + upper) / 2, series.unit) : rangeInWords(least, upper, series.unit);
  return bodyOf(
    scene,
    {
      title: `${seriesInWords(series)} is ${reading}, expected ${isDry ? 'about ' : ''}${range}`,
      description: `${series.name} of ${series.target} ${words}: ${reading}, where ${samples} earlier values lead to expect ${range}. It is over when values have been back for a while, or have stayed so long that they are the new normal.`,
    },
    {
      detector: verdict.detector,
      reason: `${series.name} ${words}`,
      observed,
      expected: (lower + upper) / 2,
      lower: least,
      upper,
      score: Math.abs(verdict.deviation),
    },
  );
}

function usual({ lower, upper }: UnusualState, verdict: Verdict, scene: Scene): AlertBody {
  const { series } = scene;
  const observed = latestValue(scene.recent);
  const [name, reading] = [seriesInWords(series), quantity(observed, series.unit)];
  const range = rangeInWords(plausible(lower, scene), upper, series.unit);
  const isBack = observed >= lower && observed <= upper;
  return bodyOf(
    scene,
    isBack
      ? {
          title: `${name} is back to normal: ${reading}`,
          description: `The values are where they were before, ${range}.`,
        }
      : {
          title: `${name} has settled at ${reading}`,
          description: `It was ${range} before; the change has lasted so long that it is the new normal.`,
        },
    {
      detector: verdict.detector,
      reason: isBack ? 'back in the expected range' : 'the new normal',
      observed,
      expected: verdict.expected,
      lower: plausible(verdict.lower, scene),
      upper: verdict.upper,
      score: Math.abs(verdict.deviation),
    },
  );
}

/** What is never negative is not expected to be. */
function plausible(lower: number, { recent }: Scene): number {
  return lower < 0 && recent.every((number) => number >= 0) ? 0 : lower;
}
