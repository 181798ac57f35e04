import { absenceDeadline, type ArrivalState } from '@muster/analysis';
import { noteArrival } from './absence-watch.ts';

/**
 * A flow of things that are counted (orders, requests). Few of them are always within the range of what is plausible, none at all for long
 * is not: so what comes through is treated like the samples of a series, and missed in the same way.
 */
export type VolumeState = {
  readonly arrivals: ArrivalState | null;
  /** Samples in a row without anything worth mentioning. */
  readonly empty: number;
};

const share = 0.1;
const samplesNeeded = 3;

/** One step, by the log's clock; less than a tenth of what is expected counts as nothing. */
export function watchVolume(before: VolumeState | null, expected: number, value: number, now: number): VolumeState {
  const { arrivals, empty } = before ?? { arrivals: null, empty: 0 };
  return Math.abs(value) > Math.abs(expected) * share
    ? { arrivals: noteArrival(arrivals ?? undefined, now), empty: 0 }
    : { arrivals, empty: empty + 1 };
}

/** Whether nothing has come through for longer than that has taken before. */
export function isDry({ arrivals, empty }: VolumeState, now: number): boolean {
  return empty >= samplesNeeded && arrivals !== null && now > (absenceDeadline(arrivals) ?? Number.POSITIVE_INFINITY);
}
