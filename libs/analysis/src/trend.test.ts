import { describe, expect, test } from 'vitest';
import { minuteMs, normal, uniform } from '../test/series.ts';
import { limitReachedAt, trend, type TrendState } from './trend.ts';

const hour = 60 * minuteMs;

const follow = (minutes: number, valueAt: (minute: number) => number) => {
  let state: TrendState | undefined;
  let alarms = 0;
  for (let minute = 0; minute < minutes; minute += 1) {
    const step = trend(state, { at: minute * minuteMs, value: valueAt(minute) });
    state = step.state;
    if (step.trend.isTrending) alarms += 1;
  }
  if (state === undefined) throw new Error('no samples');
  return { state, alarms, ...trend(state, { at: minutes * minuteMs, value: valueAt(minutes) }).trend };
};

describe.each([1, 2, 3])('a filling disk (seed %i)', (seed) => {
  const noise = normal(seed);
  const filling = (minute: number): number => 40 + 10 * (minute / 60) + 0.5 * noise();

  test('is full when it will be', () => {
    const { state, isTrending, perHour } = follow(180, filling);
    expect(isTrending).toBe(true);
    expect(perHour).toBeCloseTo(10, 0);
    const forecast = limitReachedAt(state, 100);
    expect(Math.abs((forecast?.at ?? 0) - 6 * hour)).toBeLessThan(0.3 * hour);
    expect(forecast?.earliestAt).toBeLessThan(forecast?.at ?? 0);
    expect(forecast?.latestAt).toBeGreaterThan(forecast?.at ?? 0);
  });

  test('never reaches a limit behind it or beyond the horizon', () => {
    const { state } = follow(180, filling);
    expect(limitReachedAt(state, 10)).toBeUndefined();
    expect(limitReachedAt(state, 1e6)).toBeUndefined();
  });

  test('is seen through wild values', () => {
    const { perHour } = follow(180, (minute) => filling(minute) + (minute % 20 === 7 ? 40 : 0));
    expect(perHour).toBeGreaterThan(8);
    expect(perHour).toBeLessThan(12);
  });
});

describe('stays quiet', () => {
  const share = (make: (seed: number) => (minute: number) => number): number => {
    const alarms = [1, 2, 3, 4, 5].map((seed) => follow(1000, make(seed)).alarms);
    return alarms.reduce((sum, each) => sum + each, 0) / 5000;
  };

  test('on noise', () => {
    expect(
      share((seed) => {
        const noise = normal(seed);
        return () => 50 + noise();
      }),
    ).toBeLessThan(0.005);
  });

  test('on a walk without direction', () => {
    expect(
      share((seed) => {
        const next = uniform(seed);
        let value = 50;
        return () => (value += next() - 0.5);
      }),
    ).toBeLessThan(0.05);
  });

  test('on a constant', () => {
    expect(share(() => () => 7)).toBe(0);
  });
});

test('late samples change nothing, and what is no number is refused', () => {
  const { state } = follow(60, (minute) => minute);
  expect(trend(state, { at: 0, value: 1e6 }).trend).toEqual(trend(state, { at: 1, value: 5 }).trend);
  expect(() => trend(state, { at: 0, value: Number.NaN })).toThrow(/finite numbers/);
});
