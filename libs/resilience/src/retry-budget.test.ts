import { expect, it } from 'vitest';
import { noteAttempt, retryAllowance, type RetryTally } from './index.ts';

const budget = { ratio: 0.2, floor: 3, windowMs: 10_000 };

it('allows a share of first attempts and a floor, over a window', () => {
  let tally: RetryTally = [];
  expect(retryAllowance(budget, tally, 0)).toBe(3);
  for (let index = 0; index < 50; index += 1) tally = noteAttempt(budget, tally, false, index * 10);
  expect(retryAllowance(budget, tally, 500)).toBeCloseTo(13);
  for (let index = 0; index < 20; index += 1) tally = noteAttempt(budget, tally, true, 500);
  expect(retryAllowance(budget, tally, 500)).toBe(0);
  expect(retryAllowance(budget, tally, 20_000)).toBe(3);
});

it('stays small however much is counted, and takes a clock that goes back', () => {
  let tally: RetryTally = [];
  for (let at = 0; at < 100_000; at += 7) tally = noteAttempt(budget, tally, at % 2 === 0, at);
  tally = noteAttempt(budget, tally, false, 0);
  expect(tally.length).toBeLessThanOrEqual(11);
});
