import { expect, test } from 'vitest';
import { bestScore, countsAt, scoreAt, type Scored } from './nab-score.ts';

/** 100 rows (the first 15 are for learning) with one window over rows 40 to 49; detections at the rows given. */
const file = (...detections: number[]): Scored => ({
  rows: 100,
  windows: [[40, 49]],
  scores: Array.from({ length: 100 }, (_, row) => (detections.includes(row) ? 1 : 0)),
});
const standard = (...detections: number[]): number => scoreAt([file(...detections)], 'standard', 0.5);

test('silence is 0, the first row of the window 100, a later one less', () => {
  expect(standard()).toBe(0);
  expect(standard(40)).toBeCloseTo(100, 6);
  expect(standard(45)).toBeCloseTo(50 + (50 * (2 / (1 + Math.exp(-2.5)) - 1)) / (2 / (1 + Math.exp(-5)) - 1), 6);
  expect(standard(49)).toBeLessThan(standard(45));
});

test('only the earliest detection inside counts, and rows for learning do not', () => {
  expect(standard(41, 43, 47)).toBe(standard(41));
  expect(standard(0, 14, 41)).toBe(standard(41));
});

test('a false alarm costs 0.11 of a window, soon after the window less', () => {
  expect(standard(40) - standard(40, 20)).toBeCloseTo(5.5, 6);
  const soonAfter = standard(40) - standard(40, 50);
  expect(soonAfter).toBeGreaterThan(0);
  expect(soonAfter).toBeLessThan(3);
  expect(scoreAt([file(40, 20)], 'few false alarms', 0.5)).toBeCloseTo(89, 6);
});

test('a window that is missed weighs double for few misses', () => {
  const files = [file(40), file()];
  expect(scoreAt(files, 'standard', 0.5)).toBeCloseTo(50, 6);
  expect(scoreAt([file(40), file(20)], 'few misses', 0.5)).toBeCloseTo(50 - 11 / 6, 6);
});

test('the best threshold is one for all files', () => {
  const shy = { ...file(40), scores: file(40).scores.map((score) => score / 2) };
  const loud = { ...file(20), scores: file(20).scores.map((score) => score * 0.9) };
  expect(bestScore([shy, loud], 'standard')).toMatchObject({ threshold: 0.5 });
  expect(scoreAt([shy, loud], 'standard', 0.6)).toBeLessThan(0);
});

test('counts windows found, and neighbouring false alarms as one', () => {
  expect(countsAt([file(20, 21, 45, 70), file(80)], 0.5)).toEqual({ found: 1, windows: 2, falseAlarms: 3 });
});
