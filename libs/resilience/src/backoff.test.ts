import { expect, it } from 'vitest';
import { delayAfter } from './index.ts';

const backoff = { initialMs: 100, factor: 2, maxMs: 1_000, maxAttempts: 6 };

it('doubles up to its cap', () => {
  const delays = [1, 2, 3, 4, 5].map((attempt) => delayAfter(backoff, attempt, () => 1));
  expect(delays).toEqual([100, 200, 400, 800, 1_000]);
});

it('never waits less than half', () => {
  expect(delayAfter(backoff, 3, () => 0)).toBe(200);
});

it('ends after the last attempt', () => {
  expect(delayAfter(backoff, 6)).toBeUndefined();
  expect(delayAfter({ initialMs: 1, factor: 2, maxMs: 10 }, 1_000, () => 1)).toBe(10);
});
