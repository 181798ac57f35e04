/**
 * What the series does at each hour of the day (UTC), learned from visits: all samples of one hour together count as
 * one visit, so a series with a sample a second and one with a sample an hour learn a day equally fast.
 */
export type SeasonState = {
  /** Mean value of each hour, merged over the visits. */
  readonly means: readonly number[];
  /** Visits of each hour. */
  readonly visits: readonly number[];
  /** The hour being visited (epoch hours), and the sum and number of its samples so far. */
  readonly hour: number;
  readonly sum: number;
  readonly samples: number;
};

const hourMs = 3_600_000;
const visitsRemembered = 5;

export const beginSeason = (at: number): SeasonState => ({
  means: Array.from({ length: 24 }, () => 0),
  visits: Array.from({ length: 24 }, () => 0),
  hour: Math.floor(at / hourMs),
  sum: 0,
  samples: 0,
});

const replaced = (list: readonly number[], index: number, value: number): number[] => {
  const copy = list.slice();
  copy[index] = value;
  return copy;
};

const slot = (hour: number): number => ((hour % 24) + 24) % 24;

/** Adds one sample; copies the profile only when an hour is over. */
export const observeSeason = (season: SeasonState, at: number, value: number): SeasonState => {
  const hour = Math.floor(at / hourMs);
  if (hour === season.hour) return { ...season, sum: season.sum + value, samples: season.samples + 1 };
  if (season.samples === 0) return { ...season, hour, sum: value, samples: 1 };
  const index = slot(season.hour);
  const visits = Math.min(visitsRemembered, (season.visits[index] ?? 0) + 1);
  const mean = season.means[index] ?? 0;
  return {
    means: replaced(season.means, index, mean + (season.sum / season.samples - mean) / visits),
    visits: replaced(season.visits, index, visits),
    hour,
    sum: value,
    samples: 1,
  };
};

/** The usual value at this time of day, interpolated between the hours' middles; undefined where nothing was learned yet. */
export const usualAt = (season: SeasonState, at: number): number | undefined => {
  const middle = at / hourMs - 0.5;
  const hour = Math.floor(middle);
  const [left, right] = [slot(hour), slot(hour + 1)];
  if ((season.visits[left] ?? 0) === 0 || (season.visits[right] ?? 0) === 0) return undefined;
  const share = middle - hour;
  return (season.means[left] ?? 0) * (1 - share) + (season.means[right] ?? 0) * share;
};
