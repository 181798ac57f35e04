import { TransientError } from './fault.ts';

/** Lets a limited number of calls run, and a limited number wait. */
export interface Bulkhead {
  /**
   * Runs the call when there is room, in the order of asking. Throws a `BulkheadFullError` at once when too many wait, and the signal's reason
   * when it is aborted while it waits.
   */
  run<R>(call: () => Promise<R>, signal?: AbortSignal): Promise<R>;
  readonly running: number;
  readonly waiting: number;
}

export class BulkheadFullError extends TransientError {
  override readonly name = 'BulkheadFullError';
  readonly code = 'BulkheadFull';
}

/** `atOnce` calls run, `queue` more may wait. */
export function bulkhead({ atOnce, queue = 0 }: { readonly atOnce: number; readonly queue?: number }): Bulkhead {
  const waiting = new Set<() => void>();
  let running = 0;

  const place = (signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    if (running < atOnce) {
      running += 1;
      return Promise.resolve();
    }
    if (waiting.size >= queue)
      throw new BulkheadFullError(`${running} calls run and ${waiting.size} wait: no more are taken; try again later`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      waiting.delete(enter);
      reject(signal?.reason as Error);
    };
    // The place of the call that ended goes straight to the one that waited longest: nobody can slip in between.
    const enter = (): void => {
      signal?.removeEventListener('abort', leave);
      resolve();
    };
    waiting.add(enter);
    signal?.addEventListener('abort', leave, { once: true });
    return promise;
  };

  const free = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      running -= 1;
      return;
    }
    waiting.delete(next);
    next();
  };

  return {
    get running() {
      return running;
    },
    get waiting() {
      return waiting.size;
    },
    async run(call, signal) {
      await place(signal);
      try {
        return await call();
      } finally {
        free();
      }
    },
  };
}
