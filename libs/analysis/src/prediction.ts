import { day, emptyProfile, observeProfile, usualAt, week, type Profile } from './season.ts';

/** Three ways to say what comes next: the recent level alone, or on top of the time of day, or of the week. */
export type PredictionState = {
  readonly day: Profile;
  readonly week: Profile;
  /** Recent level of the values less what is usual, over about 200 samples: alone, by day, by week. */
  readonly levels: readonly [number, number, number];
  /** Mean size of the error of the level alone; of the day and of the level alone while the day spoke; the same for the week. */
  readonly errors: readonly [number, number, number, number, number];
};

export type Prediction = {
  /** 0 the level alone, 1 with the time of day, 2 with the time of week. */
  readonly season: 0 | 1 | 2;
  /** What the season contributes; 0 for the level alone. */
  readonly usual: number;
  readonly value: number;
};

const levelMemory = 200;
const errorMemory = 1000;
/** A season must have had errors this much smaller than without it before it is believed. */
const proof = 0.7;

export const beginPrediction = (at: number, value: number): PredictionState => ({
  day: emptyProfile(day, at),
  week: emptyProfile(week, at),
  levels: [value, 0, 0],
  errors: [0, 0, 0, 0, 0],
});

/** The prediction of whoever has been right the most; a season that isn't there never gets to speak. */
export const predict = (state: PredictionState, at: number): Prediction => {
  const [, dayError, withoutDay, weekError, withoutWeek] = state.errors;
  const byDay = dayError < proof * withoutDay ? usualAt(state.day, day, at) : undefined;
  const byWeek = weekError < proof * withoutWeek ? usualAt(state.week, week, at) : undefined;
  if (byWeek !== undefined && (byDay === undefined || weekError * withoutDay < proof * dayError * withoutWeek))
    return { season: 2, usual: byWeek, value: byWeek + state.levels[2] };
  if (byDay !== undefined) return { season: 1, usual: byDay, value: byDay + state.levels[1] };
  return { season: 0, usual: 0, value: state.levels[0] };
};

/** Learns one value, the `samples`th (from 1). */
export const observePrediction = (
  state: PredictionState,
  at: number,
  value: number,
  samples: number,
): PredictionState => {
  const rate = 1 / Math.min(samples, levelMemory);
  const errorRate = 1 / Math.min(samples, errorMemory);
  const [alone, onDay, onWeek] = state.levels;
  const [error, dayError, withoutDay, weekError, withoutWeek] = state.errors;
  const byDay = usualAt(state.day, day, at);
  const byWeek = usualAt(state.week, week, at);
  const size = Math.abs(value - alone);
  const blend = (from: number, to: number): number => from + errorRate * (to - from);
  // A season begins with its first value as level and with the error of the level alone: it has to prove itself.
  const dayIsNew = withoutDay === 0;
  const weekIsNew = withoutWeek === 0;
  const daySize = Math.abs(value - (byDay ?? 0) - onDay);
  const weekSize = Math.abs(value - (byWeek ?? 0) - onWeek);
  return {
    day: observeProfile(state.day, day, at, value),
    week: observeProfile(state.week, week, at, value),
    levels: [
      alone + rate * (value - alone),
      byDay === undefined ? onDay : dayIsNew ? value - byDay : onDay + rate * (value - byDay - onDay),
      byWeek === undefined ? onWeek : weekIsNew ? value - byWeek : onWeek + rate * (value - byWeek - onWeek),
    ],
    errors: [
      blend(error, size),
      byDay === undefined ? dayError : dayIsNew ? error : blend(dayError, daySize),
      byDay === undefined ? withoutDay : dayIsNew ? error : blend(withoutDay, size),
      byWeek === undefined ? weekError : weekIsNew ? error : blend(weekError, weekSize),
      byWeek === undefined ? withoutWeek : weekIsNew ? error : blend(withoutWeek, size),
    ],
  };
};
