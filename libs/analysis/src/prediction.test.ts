import { expect, test } from 'vitest';
import { dayOf5, minuteMs, normal } from '../test/series.ts';
import { beginPrediction, observePrediction, predict } from './prediction.ts';

const stepMs = 5 * minuteMs;
const monday = Date.UTC(2026, 0, 5);

const learn = (samples: number, valueAt: (index: number) => number) => {
  let state = beginPrediction(monday, valueAt(0));
  for (let i = 0; i < samples; i += 1) state = observePrediction(state, monday + i * stepMs, valueAt(i), i + 1);
  return predict(state, monday + samples * stepMs);
};

const noise = normal(5);

test('without a season it never speaks of one', () => {
  expect(learn(20 * dayOf5, () => 100 + noise())).toMatchObject({ season: 0, usual: 0 });
});

test('a time of day is learned and predicted', () => {
  const daily = (i: number): number => 100 + 50 * Math.sin((i / dayOf5) * 2 * Math.PI) + noise();
  const { season, value } = learn(10.25 * dayOf5, daily);
  expect(season).toBe(1);
  expect(value).toBeGreaterThan(140);
});

test('a weekend is told from a weekday', () => {
  const weekly = (i: number): number => (Math.floor(i / dayOf5) % 7 >= 5 ? 10 : 100) + noise();
  const saturdayNoon = learn(47.5 * dayOf5, weekly);
  expect(saturdayNoon.season).toBe(2);
  expect(saturdayNoon.value).toBeLessThan(20);
});
