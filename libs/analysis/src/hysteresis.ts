/** When a condition is raised and when it is cleared; the two edges are separate on purpose. */
export type HysteresisOptions = {
  /** Scores at or above this speak for raising. */
  readonly raiseAt: number;
  /** Scores at or below this speak for clearing; not above `raiseAt`. */
  readonly clearAt: number;
  /** How long, and for how many samples in a row, scores must speak for raising. */
  readonly raiseForMs: number;
  readonly raiseSamples: number;
  /** The same for clearing. */
  readonly clearForMs: number;
  readonly clearSamples: number;
};

export type HysteresisState = {
  readonly isRaised: boolean;
  /** When the condition was last raised or cleared, epoch ms; undefined before the first time. */
  readonly changedAt?: number;
  /** Start, latest time and number of the samples in a row that speak for the other edge. */
  readonly sinceAt?: number;
  readonly samples: number;
  readonly lastAt: number;
};

export type Transition = 'raised' | 'cleared';

/**
 * One step of a raise/clear state machine over scores. Samples older than the newest one are ignored, and both edges
 * need several samples as well as time: a late or early clock can't raise or clear anything by itself.
 */
export const hysteresis = (
  state: HysteresisState | undefined,
  sample: { readonly at: number; readonly score: number },
  options: HysteresisOptions,
): { readonly state: HysteresisState; readonly transition?: Transition } => {
  const before = state ?? { isRaised: false, samples: 0, lastAt: sample.at };
  if (sample.at < before.lastAt) return { state: before };
  const kept = before.changedAt === undefined ? {} : { changedAt: before.changedAt };
  const speaks = before.isRaised ? sample.score <= options.clearAt : sample.score >= options.raiseAt;
  if (!speaks) return { state: { isRaised: before.isRaised, ...kept, samples: 0, lastAt: sample.at } };
  const sinceAt = before.sinceAt ?? sample.at;
  const samples = before.samples + 1;
  const needMs = before.isRaised ? options.clearForMs : options.raiseForMs;
  const needSamples = before.isRaised ? options.clearSamples : options.raiseSamples;
  if (samples < needSamples || sample.at - sinceAt < needMs)
    return { state: { isRaised: before.isRaised, ...kept, sinceAt, samples, lastAt: sample.at } };
  const isRaised = !before.isRaised;
  return {
    state: { isRaised, changedAt: sample.at, samples: 0, lastAt: sample.at },
    transition: isRaised ? 'raised' : 'cleared',
  };
};
