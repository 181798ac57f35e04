import type { HysteresisState } from '@muster/analysis';
import type { Finding } from './alert-life.ts';
import { isRaisedAfter, pressOn } from './condition-edge.ts';
import { bodyOf, type Scene } from './evidence.ts';
import type { Settings } from './settings.ts';
import { durationInWords } from './words.ts';

/** Remembered while the time of the samples is off, or was a moment ago. */
export type ClockState = {
  /** How far the samples' time is ahead of the log's, ms, smoothed; negative: behind. */
  readonly skewMs: number;
  readonly hysteresis: HysteresisState;
};

const haste = 0.3;
const options = { raiseAt: 1, raiseForMs: 60_000, raiseSamples: 5, clearAt: 0, clearForMs: 60_000, clearSamples: 5 };

/** Nothing can be from the future: samples that are ahead of the log by more than the limit are taken to be from now. */
export function believedAt(at: number, now: number, { skewLimitMs }: Settings): number {
  return at - now > skewLimitMs ? now : at;
}

/** One step by how far the samples' time is ahead of the log's; null while the clock is right. */
export function watchClock(
  before: ClockState | null,
  skewMs: number,
  now: number,
  { skewLimitMs }: Settings,
): ClockState | null {
  const isOff = Math.abs(skewMs) > skewLimitMs;
  if (before === null && !isOff) return null;
  const hysteresis = pressOn(before?.hysteresis ?? null, isOff ? 1 : 0, now, options);
  const smoothed = before?.skewMs ?? skewMs;
  return hysteresis === null ? null : { skewMs: smoothed + haste * (skewMs - smoothed), hysteresis };
}

export function clockFinding(
  before: ClockState | null,
  after: ClockState | null,
  scene: Scene,
  { skewLimitMs }: Settings,
): Finding | undefined {
  const isRaised = isRaisedAfter(before?.hysteresis ?? null, after?.hysteresis ?? null);
  if (after === null || isRaised === undefined) return undefined;
  const { name, target } = scene.series;
  const { skewMs } = after;
  const off = `${durationInWords(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead' : 'behind'}`;
  const meaning =
    skewMs > 0
      ? 'They are judged as if taken when they arrived.'
      : 'The clock is late, or the samples are held up on their way.';
  return {
    kind: 'clock',
    isRaised,
    severity: 'INFO',
    at: scene.now,
    alert: () =>
      bodyOf(
        scene,
        isRaised
          ? {
              title: `clock of ${target} is ${off}`,
              description: `The samples of ${name} carry times that are ${off} of the log's. ${meaning}`,
            }
          : {
              title: `clock of ${target} is right again`,
              description: `The samples' time is within ${durationInWords(skewLimitMs)} of the log's again.`,
            },
        {
          detector: 'clock',
          reason: isRaised ? off : 'right again',
          unit: 'ms',
          observed: skewMs,
          expected: 0,
          lower: -skewLimitMs,
          upper: skewLimitMs,
          score: Math.abs(skewMs) / skewLimitMs,
          recent: [],
        },
      ),
  };
}
