import {
  admit,
  breakerAt,
  closedBreaker,
  defaultBreaker,
  giveBack,
  noteCall,
  type Breaker,
  type BreakerOptions,
} from './breaker.ts';
import { diagnoseError } from './diagnosis.ts';
import { TransientError } from './fault.ts';

/** Calls that one breaker guards. */
export interface Guard {
  /** Makes the call, or throws a `BreakerOpenError` at once. */
  run<R>(call: () => Promise<R>): Promise<R>;
  readonly breaker: Breaker;
}

export class BreakerOpenError extends TransientError {
  override readonly name = 'BreakerOpenError';
  readonly code = 'BreakerOpen';
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number) {
    super(`not tried: it has failed too often; again in ${Math.ceil(retryAfterMs / 1_000)} s`);
    this.retryAfterMs = retryAfterMs;
  }
}

export interface GuardOptions extends Partial<BreakerOptions> {
  /** Whether a failure is the callee's. Default: all but permanent ones. One that is not says that the callee is there. */
  readonly isFailure?: (error: unknown) => boolean;
  readonly onChange?: (breaker: Breaker) => void;
  readonly now?: () => number;
}

/** A breaker around calls. A call that was broken off by its caller tells nothing about the callee. */
export function guard({
  isFailure = (error) => diagnoseError(error).kind !== 'permanent',
  onChange,
  now = Date.now,
  ...options
}: GuardOptions = {}): Guard {
  const settings: BreakerOptions = { ...defaultBreaker, ...options };
  let breaker = closedBreaker;
  const move = (next: Breaker): void => {
    const isChanged = next.status !== breaker.status;
    breaker = next;
    if (isChanged) onChange?.(next);
  };
  return {
    get breaker() {
      return breakerAt(breaker, now());
    },
    async run(call) {
      const [isAdmitted, next] = admit(settings, breaker, now());
      move(next);
      if (!isAdmitted) throw new BreakerOpenError(Math.max(0, (next.halfOpenAt ?? now() + 1_000) - now()));
      try {
        const result = await call();
        move(noteCall(settings, breaker, true, now()));
        return result;
      } catch (error) {
        const isBrokenOff = error instanceof Error && error.name === 'AbortError';
        move(isBrokenOff ? giveBack(breaker) : noteCall(settings, breaker, !isFailure(error), now()));
        throw error;
      }
    },
  };
}
