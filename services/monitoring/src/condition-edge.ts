import { hysteresis, type HysteresisOptions, type HysteresisState } from '@muster/analysis';

/**
 * One step of a condition over scores; null while nothing speaks for it. Time is the log's: no producer's clock raises or clears anything.
 */
export function pressOn(
  before: HysteresisState | null,
  score: number,
  now: number,
  options: HysteresisOptions,
): HysteresisState | null {
  if (before === null && score <= options.clearAt) return null;
  const { state, transition } = hysteresis(before ?? undefined, { at: now, score }, options);
  return state.isRaised || transition !== undefined || score > options.clearAt ? state : null;
}

/** Whether the condition holds after a step (true) or has just ended (false); undefined when there is nothing to say about it. */
export function isRaisedAfter(before: HysteresisState | null, after: HysteresisState | null): boolean | undefined {
  if (after?.isRaised === true) return true;
  return before?.isRaised === true ? false : undefined;
}
