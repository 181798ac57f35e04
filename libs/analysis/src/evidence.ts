import { beginPrediction, observePrediction, predict, type Prediction, type PredictionState } from './prediction.ts';

/** What looks at a series: each measures in its own way how far a sample is from what came before. */
export type Detector = 'spike' | 'level' | 'change-point' | 'season' | 'spread';

/** Exponentially weighted means of a series, each named after what it remembers. */
export type EvidenceState = {
  readonly previous: number;
  /** Mean of the values over 12 and 1000 samples. */
  readonly short: number;
  readonly long: number;
  /** Mean error of the prediction over 24 samples. */
  readonly sustained: number;
  /** Mean size of the steps over 10 and 300 samples. */
  readonly quickSteps: number;
  readonly usualSteps: number;
  readonly prediction: PredictionState;
};

export type Evidence = {
  readonly state: EvidenceState;
  readonly prediction: Prediction;
  /** One signed size per witness. */
  readonly sizes: readonly number[];
};

/** In which book each witness looks up and writes down its sizes: every prediction is judged by its own record. */
const booksBySeason = [
  [0, 1, 2, 5, 8],
  [0, 1, 3, 6, 8],
  [0, 1, 4, 7, 8],
] as const;
export const books = 9;

/** The books of the witnesses, in their order. */
export const booksFor = ({ season }: Prediction): readonly number[] => booksBySeason[season];

/** Books of sizes that grow slowly out of almost none: of the error of a season while it lasts, and of the steps. */
export const isSlow = (book: number): boolean => book >= 6;

export const beginEvidence = (at: number, value: number): EvidenceState => ({
  previous: value,
  short: value,
  long: value,
  sustained: 0,
  quickSteps: 0,
  usualSteps: 0,
  prediction: beginPrediction(at, value),
});

/** Changes of less than a billionth of the level are rounding, not steps. */
const rounding = (level: number): number => Math.abs(level) * 1e-9 + 1e-300;

/** Steps this small beside the usual ones are no steps: a series that rests most of the time isn't news when it rests. */
const stillness = 0.1;

/** Measures one value, the `samples`th (from 1), against what is remembered, and remembers it. */
export const gather = (state: EvidenceState, at: number, value: number, samples: number): Evidence => {
  const towards = (from: number, to: number, memory: number): number => from + (to - from) / Math.min(samples, memory);
  const prediction = predict(state.prediction, at);
  const error = value - prediction.value;
  const short = towards(state.short, value, 12);
  const sustained = towards(state.sustained, error, 24);
  const step = Math.abs(value - state.previous);
  const quickSteps = towards(state.quickSteps, step, 10);
  const least = rounding(state.long);
  const floor = least + stillness * state.usualSteps;
  const sizes = [
    value - state.long,
    short - state.prediction.levels[0],
    error,
    sustained,
    Math.log((quickSteps + floor) / (state.usualSteps + floor)),
  ];
  for (let index = 0; index < sizes.length; index += 1) if (Math.abs(sizes[index] ?? 0) < least) sizes[index] = 0;
  return {
    state: {
      previous: value,
      short,
      long: towards(state.long, value, 1000),
      sustained,
      quickSteps,
      usualSteps: towards(state.usualSteps, step, 300),
      prediction: observePrediction(state.prediction, at, value, samples),
    },
    prediction,
    sizes,
  };
};

/** The name of the witness at `index`: a value far from the prediction is a spike where no season is known. */
export const detectorAt = (index: number, prediction: Prediction): Detector => {
  if (index === 1) return 'change-point';
  if (index === 4) return 'spread';
  if (index === 0 || (index === 3 && prediction.season === 0)) return 'level';
  return prediction.season === 0 ? 'spike' : 'season';
};
