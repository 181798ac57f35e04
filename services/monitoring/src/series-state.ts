import type { ArrivalState, DetectorState } from '@muster/analysis';
import type { Category, MetricSample } from '@muster/schemas';
import type { AlertLife } from './alert-life.ts';
import type { CapacityState } from './capacity-watch.ts';
import type { ClockState } from './clock-watch.ts';
import type { RuleHold } from './rule-watch.ts';
import type { UnusualState } from './unusual-watch.ts';
import type { VolumeState } from './volume-watch.ts';

/** What a series is about. One object for as long as nothing of it changes: rules are looked up by it. */
export type Series = {
  readonly target: string;
  readonly name: string;
  readonly unit: string;
  readonly category: Category;
  readonly labels: Readonly<Record<string, string>>;
};

/** All that is remembered of a series, of constant size. What is null while nothing is the matter costs nothing. */
export type SeriesState = {
  readonly series: Series;
  readonly detector: DetectorState | null;
  readonly arrivals: ArrivalState;
  /** The last values, oldest first: at, value, at, value, ... */
  readonly recent: readonly number[];
  /** The wake-up that was asked for, epoch ms: it is left as it is while it does not come too late. */
  readonly wakesAt: number | null;
  readonly volume: VolumeState | null;
  readonly unusual: UnusualState | null;
  readonly capacity: CapacityState | null;
  readonly clock: ClockState | null;
  /** Conditions of rules that hold at present. */
  readonly holds: readonly RuleHold[] | null;
  /** Alerts that are raised, or were of late. */
  readonly alerts: readonly AlertLife[] | null;
};

export function seriesOf({ target, name, unit, category, labels }: MetricSample): Series {
  return { target, name, unit, category: category === 'UNKNOWN' ? 'PERFORMANCE' : category, labels };
}

/** Target, name and labels are in the key; the rest may change while a series goes on. */
export function isAbout(series: Series, { unit, category }: MetricSample): boolean {
  return series.unit === unit && (series.category === category || category === 'UNKNOWN');
}

const numbersRemembered = 2 * 12;

/** Adds an observation and drops the oldest of more than twelve. */
export function remember(recent: readonly number[], at: number, value: number): readonly number[] {
  const next = recent.length < numbersRemembered ? recent.slice() : recent.slice(2);
  next.push(at, value);
  return next;
}

export function latestAt(recent: readonly number[]): number {
  return recent[recent.length - 2] ?? Number.NEGATIVE_INFINITY;
}

export function latestValue(recent: readonly number[]): number {
  return recent[recent.length - 1] ?? Number.NaN;
}
