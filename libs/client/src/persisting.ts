import { setTimeout as sleep } from 'node:timers/promises';
import { LogUnavailableError } from '@muster/bus';
import { classifyFault, delayAfter, messageOf } from '@muster/resilience';
import type { Backoff } from '@muster/resilience';
import { warn } from './warning.ts';

const OUTAGE: Backoff = { initialMs: 200, factor: 2, maxMs: 5_000 };

export interface Persistence {
  /** What waits, for the warning. */
  readonly what: string;
  /** Ends the waiting; the promise then rejects with the last fault. */
  readonly signal?: AbortSignal;
  /** How long to go on, ms. Default: for as long as it takes. */
  readonly forMs?: number;
}

/** Runs something until the broker and the registry are there for it. What isn't a matter of waiting is thrown at once. */
export async function persist<R>(run: () => Promise<R>, { what, signal, forMs = Infinity }: Persistence): Promise<R> {
  const until = Date.now() + forMs;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await run();
    } catch (error) {
      const delayMs = delayAfter(OUTAGE, attempts) ?? OUTAGE.maxMs;
      if (!isOutage(error) || signal?.aborted || Date.now() + delayMs > until) throw error;
      if (attempts === 3) warn(`${what} waits: ${messageOf(error)}`);
      await sleep(delayMs, undefined, { signal }).catch(() => {});
    }
  }
}

const isOutage = (error: unknown): boolean =>
  error instanceof LogUnavailableError || classifyFault(error) === 'transient';
