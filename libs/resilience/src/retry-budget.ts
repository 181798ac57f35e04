import { counted, countOf, type SlidingCounts } from './sliding-counts.ts';

/**
 * How much may be tried again: a share of what was asked in the first place, and a floor so that little traffic may retry, too. When everything
 * fails, retries add a fifth to the load and do not multiply it (the idea is that of Finagle's retry budgets, and of "Handling Overload"
 * in Site Reliability Engineering, Google 2016).
 */
export interface RetryBudget {
  /** Retries per first attempt, e.g. 0.2. */
  readonly ratio: number;
  /** Retries that are always allowed per window. */
  readonly floor: number;
  readonly windowMs: number;
}

export const defaultRetryBudget: RetryBudget = { ratio: 0.2, floor: 10, windowMs: 60_000 };

/** What was asked and asked again of late. A plain value. */
export type RetryTally = SlidingCounts;

export function noteAttempt(budget: RetryBudget, tally: RetryTally, isRetry: boolean, now: number): RetryTally {
  return counted(tally, budget.windowMs, now, isRetry ? 'retry' : 'first');
}

/** How many retries may be sent now; a fraction when less than one is saved up. */
export function retryAllowance(budget: RetryBudget, tally: RetryTally, now: number): number {
  const first = countOf(tally, budget.windowMs, now, 'first');
  const retries = countOf(tally, budget.windowMs, now, 'retry');
  return Math.max(0, budget.ratio * first + budget.floor - retries);
}
