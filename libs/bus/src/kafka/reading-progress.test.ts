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

test('says nothing of nothing', () => {
  expect(readingProgress([]).through(none)).toBeUndefined();
});
