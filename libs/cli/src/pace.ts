/** When the points of a recorded series are published, and which time they then say. */
import { misuse } from './failure.ts';
import { formatDuration } from './moment.ts';
import type { Point } from './series-csv.ts';

/** `60x`: sixty times as fast as it was recorded; `max`: as fast as it goes. */
export function parseSpeed(text: string): number {
  if (text === 'max') return Infinity;
  const speed = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1]);
  if (speed > 0) return speed;
  throw misuse(`--speed ${text} is not understood: give how many times faster than recorded (1x, 60x), or max.`);
}

export interface PacedPoint {
  readonly value: number;
  /** Epoch ms at which it is published. */
  readonly dueAt: number;
  /** Epoch ms at which it says it was observed. */
  readonly at: number;
}

/**
 * Paces a series, in order of time. Re-timed, each point says the moment it is published; at full speed, where that would be one moment
 * for all, the points keep their distances and the last one says now.
 */
export function pacedPoints(
  points: readonly Point[],
  { speed, now, keepTime }: { readonly speed: number; readonly now: number; readonly keepTime: boolean },
): PacedPoint[] {
  const [first, last] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  return points.map(({ at, value }) => {
    const dueAt = speed === Infinity ? now : now + (at - first) / speed;
    const retimed = speed === Infinity ? now - (last - at) : Math.round(dueAt);
    return { value, dueAt, at: keepTime ? at : retimed };
  });
}

const MAX_BEHIND_MS = 7 * 86_400_000;

/** Why the log would refuse these times, in a sentence; undefined when it won't. */
export function paceFault(paced: readonly PacedPoint[], now: number, keepTime: boolean): string | undefined {
  const oldest = paced[0];
  if (oldest === undefined || now - oldest.at <= MAX_BEHIND_MS) return undefined;
  const remedy = keepTime ? 'leave out --keep-time' : 'give a --speed such as 3600x instead of max';
  return `The series would begin ${formatDuration(now - oldest.at)} ago, and messages must not be older than 7d: ${remedy}.`;
}
