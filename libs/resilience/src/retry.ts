import { defaultBackoff, delayAfter, type Backoff } from './backoff.ts';
import { diagnoseError, type Diagnosis } from './diagnosis.ts';
import { messageOf } from './fault.ts';
import { noteAttempt, retryAllowance, type RetryBudget, type RetryTally } from './retry-budget.ts';

/** News while it is tried again, e.g. for a line under a button. */
export interface RetryProgress {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  readonly attempts: number;
  /** How long until the next one, ms. */
  readonly delayMs: number;
  readonly diagnosis: Diagnosis;
  readonly message: string;
}

/** A budget that calls share. */
export interface SharedRetryBudget {
  noteFirst(): void;
  /** Takes one retry out of it, if there is one. */
  take(): boolean;
}

export interface RetryOptions {
  /** Default: 100 ms doubled up to 10 s, four attempts. */
  readonly backoff?: Backoff;
  /** Ends the attempt that runs, and the waiting. */
  readonly signal?: AbortSignal;
  readonly budget?: SharedRetryBudget;
  /** Default: whatever is not permanent. */
  readonly canHelp?: (diagnosis: Diagnosis, error: unknown) => boolean;
  readonly onProgress?: (progress: RetryProgress) => void;
  /** The longest wait that a callee may ask for, ms; one that asks for more is not tried again. Default 60 s. */
  readonly longestWaitMs?: number;
  readonly random?: () => number;
}

/**
 * Calls until it works: waits between attempts, as long as the callee asks at the least; gives up at a permanent fault, after the last attempt, when
 * the budget is used up or when the signal is aborted. Throws what the last attempt threw, or the signal's reason.
 */
export async function retry<R>(
  call: (attempt: { readonly number: number; readonly signal: AbortSignal | undefined }) => Promise<R>,
  options: RetryOptions = {},
): Promise<R> {
  const {
    backoff = { ...defaultBackoff, maxAttempts: 4 },
    signal,
    budget,
    canHelp = ({ kind }) => kind !== 'permanent',
    onProgress,
    longestWaitMs = 60_000,
    random,
  } = options;
  budget?.noteFirst();
  for (let number = 1; ; number += 1) {
    signal?.throwIfAborted();
    try {
      return await call({ number, signal });
    } catch (error) {
      signal?.throwIfAborted();
      const diagnosis = diagnoseError(error);
      const delay = delayAfter(backoff, number, random);
      const delayMs = Math.max(delay ?? 0, diagnosis.retryAfterMs ?? 0);
      const isWorthIt =
        delay !== undefined && (diagnosis.retryAfterMs ?? 0) <= longestWaitMs && canHelp(diagnosis, error);
      if (!isWorthIt || budget?.take() === false) throw error;
      const attempts = backoff.maxAttempts ?? Number.POSITIVE_INFINITY;
      onProgress?.({ attempt: number, attempts, delayMs, diagnosis, message: messageOf(error) });
      await pause(delayMs, signal);
    }
  }
}

/** A budget for all calls that are given it. */
export function sharedRetryBudget(budget: RetryBudget, now: () => number = Date.now): SharedRetryBudget {
  let tally: RetryTally = [];
  return {
    noteFirst() {
      tally = noteAttempt(budget, tally, false, now());
    },
    take() {
      if (retryAllowance(budget, tally, now()) < 1) return false;
      tally = noteAttempt(budget, tally, true, now());
      return true;
    },
  };
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => {
    clearTimeout(timer);
    reject(signal?.reason as Error);
  };
  const timer = setTimeout(() => {
    signal?.removeEventListener('abort', abort);
    resolve();
  }, ms);
  signal?.addEventListener('abort', abort, { once: true });
  return promise;
}
