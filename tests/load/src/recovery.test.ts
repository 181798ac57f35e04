import { expect, it } from 'vitest';
import { recoveryOf } from './recovery.ts';

it('is over when each partition has handled something new in time', () => {
  const recovery = recoveryOf(1_000, 2);
  recovery.note({ partition: 0, at: 1_050, delayMs: 80 });
  recovery.note({ partition: 0, at: 9_000, delayMs: 7_000 });
  recovery.note({ partition: 0, at: 9_500, delayMs: 20 });
  expect(recovery.recoveredAt()).toBeUndefined();
  recovery.note({ partition: 1, at: 9_100, delayMs: 30 });
  recovery.note({ partition: 1, at: 12_000, delayMs: 30 });
  expect(recovery.recoveredAt()).toBe(9_500);
});
