/** How many events a minute an address usually makes, learned in five numbers. */

export interface Rate {
  /** The minute that is being counted: epoch minutes. */
  readonly minute: number;
  readonly count: number;
  /** Of minutes in which it was active: an average and a variance that forget. */
  readonly mean: number;
  readonly variance: number;
  readonly minutes: number;
}

export const noRate: Rate = { minute: 0, count: 0, mean: 0, variance: 0, minutes: 0 };

const minuteMs = 60_000;
const forgetting = 1 / 60;
const leastLearned = 30;
/** So many a minute are nobody's flood, and more than this an unknown address is not let do. */
const alwaysFine = 300;
const unknownLimit = 1_200;
const spreads = 8;

/** After one more event. A minute before the one that is counted belongs to it: clocks go backwards. */
export function counted(rate: Rate, at: number, count: number): Rate {
  const minute = Math.floor(at / minuteMs);
  if (rate.minutes === 0 && rate.count === 0) return { ...rate, minute, count };
  // A clock that was set back by more than a few minutes has set the time.
  if (minute === rate.minute || (minute < rate.minute && rate.minute - minute < 10))
    return { ...rate, count: rate.count + count };
  const weight = Math.max(forgetting, 1 / (rate.minutes + 1));
  const off = rate.count - rate.mean;
  const mean = rate.mean + weight * off;
  const variance = (1 - weight) * (rate.variance + weight * off * off);
  return { minute, count, mean, variance, minutes: Math.min(rate.minutes + 1, 10_000) };
}

/** What it may make in a minute, from its own history once there is some. */
export function rateLimit({ mean, variance, minutes }: Rate): number {
  if (minutes < leastLearned) return unknownLimit;
  return Math.max(alwaysFine, mean + spreads * Math.sqrt(Math.max(variance, mean)));
}
