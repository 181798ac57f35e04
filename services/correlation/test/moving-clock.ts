import type { Clock } from '@muster/agent';
import { vi } from 'vitest';

/** The present, which a test can let pass: for the log (through `Date.now`) and, as its clock, for an agent. */
export interface MovingClock extends Clock {
  pass(ms: number): void;
}

export function movingClock(): MovingClock {
  const present = Date.now.bind(Date);
  let passedMs = 0;
  const waiting = new Map<() => void, { dueAt: number; timer: NodeJS.Timeout }>();
  const now = (): number => present() + passedMs;
  vi.spyOn(Date, 'now').mockImplementation(now);

  const arm = (run: () => void, dueAt: number): void => {
    const fire = (): void => {
      waiting.delete(run);
      run();
    };
    waiting.set(run, { dueAt, timer: setTimeout(fire, Math.min(Math.max(0, dueAt - now()), 1e9)) });
  };

  return {
    now,
    after(delayMs, run) {
      const once = (): void => run();
      arm(once, now() + delayMs);
      return () => {
        clearTimeout(waiting.get(once)?.timer);
        waiting.delete(once);
      };
    },
    soon: (run) => void setImmediate(run),
    worked: () => performance.now(),
    random: Math.random,
    pass(ms) {
      passedMs += ms;
      for (const [run, { dueAt, timer }] of waiting) {
        clearTimeout(timer);
        arm(run, dueAt);
      }
    },
  };
}
