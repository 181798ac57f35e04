import { expect, test } from 'vitest';
import { readingProgress } from './reading-progress.ts';

const [first, second] = [
  { topic: 't', partition: 0 },
  { topic: 't', partition: 1 },
];
const none = new Map<string, unknown>();

test('is as far as the partition that was read longest ago', () => {
  const progress = readingProgress([first, second]);
  expect(progress.through(none)).toBe(0);
  progress.read(first, 500);
  expect(progress.through(none)).toBe(0);
  progress.read(second, 300);
  expect(progress.through(none)).toBe(300);
  progress.read(second, 800);
  expect(progress.through(none)).toBe(500);
});

test('goes back to a partition that was excepted', () => {
  const progress = readingProgress([first, second]);
  const paused = new Map<string, unknown>([['t/0', true]]);
  progress.read(first, 100);
  progress.changed();
  progress.read(second, 900);
  expect(progress.through(paused)).toBe(900);
  progress.changed();
  expect(progress.through(none)).toBe(100);
});

test('allows for the time that a record takes until it can be read', () => {
  const progress = readingProgress([first]);
  progress.read(first, 1_000, { stampedAt: 970, now: 1_020 });
  expect(progress.through(none)).toBe(950);
  progress.read(first, 2_000, { stampedAt: 1_999, now: 2_001 });
  expect(progress.through(none)).toBe(1_950);
  // An old backlog says no more than that it is old.
  progress.read(first, 9_000, { stampedAt: 10, now: 9_001 });
  expect(progress.through(none)).toBe(7_000);
  for (const at of [70_000, 140_000, 210_000]) progress.read(first, at, { stampedAt: at, now: at + 5 });
  expect(progress.through(none)).toBe(209_995);
});

test('says nothing of nothing', () => {
  expect(readingProgress([]).through(none)).toBeUndefined();
});
