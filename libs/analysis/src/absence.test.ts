import { expect, test } from 'vitest';
import { uniform } from '../test/series.ts';
import { absenceDeadline, observeArrival, type ArrivalState } from './absence.ts';

const after = (arrivals: readonly number[]): ArrivalState | undefined =>
  arrivals.reduce<ArrivalState | undefined>(observeArrival, undefined);

const every = (count: number, gapMs: (index: number) => number): number[] => {
  let at = 1_000_000;
  return Array.from({ length: count }, (_, index) => (at += gapMs(index)));
};

test('a steady series is missed after three gaps, jitter or not', () => {
  const next = uniform(1);
  const arrivals = every(100, () => 10_000 + 2_000 * (next() - 0.5));
  const silenceMs = (absenceDeadline(after(arrivals)) ?? 0) - (arrivals.at(-1) ?? 0);
  expect(silenceMs).toBeGreaterThan(25_000);
  expect(silenceMs).toBeLessThan(35_000);
});

test('an irregular series is given the time it has needed before: hardly ever missed while it lives', () => {
  const next = uniform(2);
  let state: ArrivalState | undefined;
  let missed = 0;
  for (const at of every(5_000, () => -60_000 * Math.log(1 - next()))) {
    if (at > (absenceDeadline(state) ?? Infinity)) missed += 1;
    state = observeArrival(state, at);
  }
  expect(missed).toBeLessThanOrEqual(2);
  expect((absenceDeadline(state) ?? Infinity) - (state?.clock.lastAt ?? 0)).toBeLessThan(30 * 60_000);
});

test('bursts with pauses between them are no absence', () => {
  const arrivals = every(500, (index) => (index % 50 === 0 ? 60_000 : 1));
  const deadline = absenceDeadline(after(arrivals)) ?? 0;
  expect(deadline - (arrivals.at(-1) ?? 0)).toBeGreaterThan(60_000);
});

test('one outage does not hide the next', () => {
  const before = every(100, () => 1_000);
  const restart = (before.at(-1) ?? 0) + 3_600_000;
  const arrivals = [...before, ...Array.from({ length: 400 }, (_, index) => restart + 1_000 * index)];
  expect((absenceDeadline(after(arrivals)) ?? 0) - (arrivals.at(-1) ?? 0)).toBeLessThan(10_000);
});

test('too few gaps give no deadline; duplicates and late arrivals teach nothing', () => {
  expect(absenceDeadline(undefined)).toBeUndefined();
  expect(absenceDeadline(after([1, 2, 3, 4, 5]))).toBeUndefined();
  const state = after(every(50, () => 1_000));
  const late = observeArrival(observeArrival(state, state?.clock.lastAt ?? 0), 5);
  expect(absenceDeadline(late)).toBe(absenceDeadline(state));
});

test('a time in the far future is forgotten when the others go on', () => {
  const arrivals = every(100, () => 1_000);
  const on = Array.from({ length: 20 }, (_, index) => (arrivals.at(-1) ?? 0) + 1_000 * (index + 1));
  const state = after([...arrivals, 1e15, ...on]);
  expect(absenceDeadline(state)).toBeLessThan((on.at(-1) ?? 0) + 60_000);
});

test('what is no time is refused', () => {
  expect(() => observeArrival(undefined, Number.NaN)).toThrow(/epoch milliseconds/);
});
