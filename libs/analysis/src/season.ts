/**
 * What a series usually does at a time of the day or week (UTC), learned from visits: all samples of one bin's stay
 * together count as one, so a series with a sample a second and one with a sample an hour learn a day equally fast.
 */
export type Profile = {
  /** Mean value of each bin over the last visits, and the number of visits (at most 5); both empty until the first visit has ended. */
  readonly means: readonly number[];
  readonly visits: readonly number[];
  /** The bin being visited, counted from the epoch, and the sum and number of its samples so far. */
  readonly bin: number;
  readonly sum: number;
  readonly samples: number;
};

export type Period = { readonly bins: number; readonly binMs: number };

const hourMs = 3_600_000;
export const day: Period = { bins: 24, binMs: hourMs };
export const week: Period = { bins: 84, binMs: 2 * hourMs };

const visitsRemembered = 5;

/** Most of a state's size is what it learned of days and weeks: a series that is new pays nothing for it. */
const nothing: readonly number[] = [];

export const emptyProfile = (period: Period, at: number): Profile => ({
  means: nothing,
  visits: nothing,
  bin: Math.floor(at / period.binMs),
  sum: 0,
  samples: 0,
});

const slot = (period: Period, bin: number): number => ((bin % period.bins) + period.bins) % period.bins;

const replaced = (list: readonly number[], { bins }: Period, index: number, value: number): number[] => {
  const copy = list.length === 0 ? Array.from({ length: bins }, () => 0) : list.slice();
  copy[index] = value;
  return copy;
};

/** Adds one sample; the profile itself is copied only when a visit ends. */
export const observeProfile = (profile: Profile, period: Period, at: number, value: number): Profile => {
  const bin = Math.floor(at / period.binMs);
  const { means, visits, sum, samples } = profile;
  if (bin === profile.bin || samples === 0) return { means, visits, bin, sum: sum + value, samples: samples + 1 };
  const index = slot(period, profile.bin);
  const count = Math.min(visitsRemembered, (visits[index] ?? 0) + 1);
  const mean = means[index] ?? 0;
  return {
    means: replaced(means, period, index, mean + (sum / samples - mean) / count),
    visits: count === visits[index] ? visits : replaced(visits, period, index, count),
    bin,
    sum: value,
    samples: 1,
  };
};

/** The usual value at this time, interpolated between the bins' middles; undefined where nothing was learned yet. */
export const usualAt = (profile: Profile, period: Period, at: number): number | undefined => {
  if (profile.visits.length === 0) return undefined;
  const middle = at / period.binMs - 0.5;
  const bin = Math.floor(middle);
  const left = slot(period, bin);
  const right = slot(period, bin + 1);
  if (profile.visits[left] === 0 || profile.visits[right] === 0) return undefined;
  const share = middle - bin;
  return (profile.means[left] ?? 0) * (1 - share) + (profile.means[right] ?? 0) * share;
};
