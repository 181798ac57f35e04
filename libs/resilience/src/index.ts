export { classifyFault, messageOf, PermanentError, TransientError, type FaultClass } from './fault.ts';
export { diagnose, diagnoseError, factsOf, type Diagnosis, type FaultFacts, type FaultKind } from './diagnosis.ts';
export { retryAfterMsOf } from './retry-after.ts';
export { defaultBackoff, delayAfter, fullJitterAfter, type Backoff } from './backoff.ts';
export { retry, sharedRetryBudget, type RetryOptions, type RetryProgress, type SharedRetryBudget } from './retry.ts';
export { defaultRetryBudget, noteAttempt, retryAllowance, type RetryBudget, type RetryTally } from './retry-budget.ts';
export {
  admit,
  breakerAt,
  closedBreaker,
  defaultBreaker,
  giveBack,
  noteCall,
  type Breaker,
  type BreakerOptions,
} from './breaker.ts';
export { BreakerOpenError, guard, type Guard, type GuardOptions } from './guard.ts';
export { bulkhead, BulkheadFullError, type Bulkhead } from './bulkhead.ts';
export { withTimeout } from './timeout.ts';
export { counted, countOf, type SlidingCounts } from './sliding-counts.ts';
