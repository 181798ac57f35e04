import { expect, it } from 'vitest';
import { flatness, lineThrough } from './slope.ts';

const wave = (x: number): number => Math.sin(x * 37);

it('finds the slope of a line, and how sure it is', () => {
  const exact = lineThrough([0, 1, 2, 3].map((x) => [x, 5 + 2 * x]));
  expect(exact.slope).toBeCloseTo(2);
  expect(exact.error).toBeCloseTo(0);
  const noisy = lineThrough(Array.from({ length: 200 }, (_, x) => [x / 100, 100 + x / 100 + wave(x)]));
  expect(Math.abs(noisy.slope - 1)).toBeLessThan(3 * noisy.error);
  expect(noisy.error).toBeGreaterThan(0.01);
});

it('trusts samples that follow each other less', () => {
  const jumpy = Array.from({ length: 100 }, (_, x) => [x, x % 2] as const);
  const slow = Array.from({ length: 100 }, (_, x) => [x, Math.floor(x / 10) % 2] as const);
  expect(lineThrough(slow).error).toBeGreaterThan(2 * lineThrough(jumpy).error);
});

it('says what is flat, what is not, and what can not be told', () => {
  expect(flatness({ slope: 2, error: 1 }, 100)).toBe('flat: 2.0 +- 2.0 % an hour');
  expect(flatness({ slope: 30, error: 1 }, 100)).toMatch(/^grows: 30/);
  expect(flatness({ slope: -30, error: 1 }, 100)).toMatch(/^falls/);
  expect(flatness({ slope: 30, error: 40 }, 100)).toMatch(/^not known/);
  expect(flatness(lineThrough([[0, 1]]), 1)).toMatch(/^not known/);
});
