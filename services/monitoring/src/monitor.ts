import type { HysteresisOptions } from '@muster/analysis';
import type { Category } from '@muster/schemas';
import { businessMonitor } from './business-monitor.ts';
import { performanceMonitor } from './performance-monitor.ts';
import type { Series } from './series-state.ts';

/** How one kind of matter is looked at: how quickly it is alarmed, what counts as worse, and in which words it says so. */
export interface Monitor {
  /** The share of the way that the pressure (0..1) goes at each sample: towards 1 at a strange one, towards 0 at a usual one. */
  readonly haste: number;
  /** What pressure, for how long and how many samples, raises an alert; clearing takes the time of the settings. */
  readonly hysteresis: Omit<HysteresisOptions, 'clearForMs'>;
  /** Points of severity added when the values lie above (`rise`) or below (`fall`) what is expected. */
  points(direction: Direction, series: Series): number;
  /** What the direction means, as the end of a sentence that begins with the series. */
  words(direction: Direction): string;
  /** Whether it counts what flows, so that nothing at all is news even where little is not. */
  isVolume(series: Series): boolean;
  /** The value at which the series is full, for those that can be. */
  limitOf?(series: Series): number | undefined;
}

export type Direction = 'rise' | 'fall';

/** Who looks at a series. What has no monitor of its own yet is looked at as performance. */
export function monitorOf(category: Category): Monitor {
  return category === 'BUSINESS' ? businessMonitor : performanceMonitor;
}
