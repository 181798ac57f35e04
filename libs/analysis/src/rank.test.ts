import { expect, test } from 'vitest';
import { normal } from '../test/series.ts';
import { countSize, countWhenOver, halve, noRanks, surpriseOf, type Ranks } from './rank.ts';

const after = (sizes: readonly number[], count = countSize): Ranks =>
  sizes.reduce((ranks, size, index) => count(ranks, size, index + 1), noRanks);

test('a size one in a thousand reached is three decades of surprise', () => {
  const noise = normal(1);
  const sizes = Array.from({ length: 10_000 }, () => Math.abs(noise()));
  const oneInThousand = sizes.toSorted((a, b) => b - a)[9] ?? 0;
  expect(surpriseOf(after(sizes), oneInThousand, sizes.length)).toBeGreaterThan(2.6);
  expect(surpriseOf(after(sizes), oneInThousand, sizes.length)).toBeLessThan(3.2);
});

test('ordinary sizes surprise nobody and are not kept', () => {
  const ranks = after(Array.from({ length: 1000 }, (_, index) => 1 + (index % 100)));
  expect(surpriseOf(ranks, 10, 1000)).toBe(0);
  expect(countSize(ranks, 10, 1001)).toBe(ranks);
  expect(surpriseOf(ranks, 0, 1000)).toBe(0);
});

test('a record counts by how far it leads, within bounds', () => {
  const ranks = after(Array.from({ length: 100 }, (_, index) => 1 + index / 100));
  const [small, large, huge] = [2.2, 8, 1e100].map((size) => surpriseOf(ranks, size, 100));
  expect(large).toBeGreaterThan((small ?? 0) + 3);
  expect(huge).toBeLessThan(9);
});

test('memory is bounded whatever comes', () => {
  const sizes = Array.from({ length: 500 }, (_, index) => 2 ** ((index * 37) % 200));
  expect(after(sizes).length).toBeLessThanOrEqual(3 + 24);
});

test('a size that grows slowly is led against what was there before it began', () => {
  const before = Array.from({ length: 200 }, (_, index) => 1 + (index % 10) / 10);
  const growing = Array.from({ length: 9 }, (_, index) => 2 * 1.15 ** index);
  const [eager, patient] = [countSize, countWhenOver].map((count) =>
    surpriseOf(after([...before, ...growing], count), 7, 210),
  );
  expect(patient).toBeGreaterThan((eager ?? 0) + 2);
});

test('halving forgets what was seen once', () => {
  expect(halve([48, 0, 0, 1, 0, 5, 2])).toEqual([46, 0, 0, 2, 1]);
  expect(halve(after([5]))).toEqual(noRanks);
});
