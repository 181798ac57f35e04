/** Time and chance as the runtime sees them; a simulation brings its own. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Runs once after a delay in ms; the returned function cancels. */
  after(delayMs: number, run: () => void): () => void;
  /** Runs as soon as pending input and output had their turn. */
  soon(run: () => void): void;
  /** ms of work since some moment: for sharing the process fairly, never for a decision about time. */
  worked(): number;
  /** In [0, 1), for what is to be spread out. */
  random(): number;
}

const longestTimeoutMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), longestTimeoutMs));
    return () => clearTimeout(timer);
  },
  soon(run) {
    setImmediate(run);
  },
  worked: () => performance.now(),
  random: Math.random,
};

/** A promise for the passing of time. */
export function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}

/** Waits for something, but not longer than `deadlineMs`. */
export function within(clock: Clock, deadlineMs: number, work: Promise<unknown> | undefined): Promise<void> {
  if (work === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.after(deadlineMs, resolve);
    const settle = (): void => {
      cancel();
      resolve();
    };
    work.then(settle, settle);
  });
}
