/** Short waits that can be ended early, or called off with nothing left behind. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Naps {
  /** Resolves after `ms`, or when woken. */
  nap(ms: number): Promise<void>;
  wake(): void;
}

export function naps(): Naps {
  const sleepers = new Set<() => void>();
  return {
    nap: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => wakeUp(), ms);
        const wakeUp = () => {
          clearTimeout(timer);
          sleepers.delete(wakeUp);
          resolve();
        };
        sleepers.add(wakeUp);
      }),
    wake() {
      for (const wakeUp of sleepers) wakeUp();
    },
  };
}

export interface Abandonable<T> {
  /** What comes of `work`, or `instead` as soon as it is abandoned; then what comes of it is nobody's affair. */
  of(work: Promise<T>, instead: T): Promise<T>;
  abandon(): void;
}

/** Waits for work that can be given up. Nothing stays behind of work that has ended. */
export function abandonable<T>(): Abandonable<T> {
  const waits = new Set<() => void>();
  return {
    of: (work, instead) =>
      new Promise((resolve, reject) => {
        const giveUp = () => resolve(instead);
        waits.add(giveUp);
        work.then(resolve, reject).finally(() => waits.delete(giveUp));
      }),
    abandon() {
      for (const giveUp of waits) giveUp();
    },
  };
}

/** Whether `work` ended within `ms`; it is not interrupted, and its rejection is its own affair. */
export async function isDoneWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  const abort = new AbortController();
  const done = work.then(
    () => true,
    () => true,
  );
  const late = sleep(Math.max(0, ms), false, { signal: abort.signal }).catch(() => false);
  const isDone = await Promise.race([done, late]);
  abort.abort();
  return isDone;
}

const FIRST_BACKOFF_MS = 100;

/** Delay before the try after `failures` failures, doubling up to `capMs`, with jitter so that instances don't march in step. */
export const backoffMs = (failures: number, capMs: number): number =>
  Math.round(Math.min(capMs, FIRST_BACKOFF_MS * 2 ** Math.min(failures, 16)) * (0.75 + Math.random() / 4));
