import { expect, test } from 'vitest';
import { flappingAt, flappingEndsAt, noteTransition, type FlappingState } from './flapping.ts';

const options = { windowMs: 60_000, startAt: 5, stopBelow: 2 };
const after = (times: readonly number[]): FlappingState | undefined =>
  times.reduce<FlappingState | undefined>((state, at) => noteTransition(state, at, options), undefined);

test('five transitions within the window are flapping, four or slow ones are not', () => {
  expect(after([0, 1_000, 2_000, 3_000])?.isFlapping).toBe(false);
  expect(after([0, 1_000, 2_000, 3_000, 4_000])?.isFlapping).toBe(true);
  expect(after([0, 20_000, 40_000, 60_000, 80_000, 100_000])?.isFlapping).toBe(false);
});

test('it ends only when fewer than two are left, and says when', () => {
  const state = after([0, 1_000, 2_000, 3_000, 4_000]);
  expect(flappingAt(state, 62_500, options).isFlapping).toBe(true);
  expect(flappingEndsAt(state, options)).toBe(63_000);
  expect(flappingAt(state, 63_000, options).isFlapping).toBe(false);
  expect(flappingEndsAt(flappingAt(state, 63_000, options), options)).toBeUndefined();
});

test('the order of arrival does not matter, and memory is bounded', () => {
  expect(after([4_000, 1_000, 3_000, 0, 2_000])).toEqual(after([0, 1_000, 2_000, 3_000, 4_000]));
  expect(after(Array.from({ length: 1_000 }, (_, index) => index))?.transitions).toHaveLength(5);
});
