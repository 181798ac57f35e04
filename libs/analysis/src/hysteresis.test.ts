import { expect, test } from 'vitest';
import { hysteresis, type HysteresisOptions, type HysteresisState } from './hysteresis.ts';

const options: HysteresisOptions = {
  raiseAt: 0.7,
  clearAt: 0.3,
  raiseForMs: 2_000,
  raiseSamples: 3,
  clearForMs: 5_000,
  clearSamples: 3,
};

/** `[at, score]` samples in, `at transition` lines out. */
const run = (samples: readonly (readonly [number, number])[]): string[] => {
  let state: HysteresisState | undefined;
  return samples.flatMap(([at, score]) => {
    const step = hysteresis(state, { at, score }, options);
    state = step.state;
    return step.transition === undefined ? [] : [`${at} ${step.transition}`];
  });
};

const seconds = (scores: readonly number[]): [number, number][] => scores.map((score, index) => [1_000 * index, score]);

test('each edge needs its own score, time and number of samples', () => {
  expect(run(seconds([0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]))).toEqual(['3000 raised', '10000 cleared']);
});

test('between the two thresholds nothing changes', () => {
  expect(run(seconds([1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]))).toEqual(['2000 raised']);
  expect(run(seconds([1, 1, 0.5, 1, 1, 0.5, 1, 1]))).toEqual([]);
});

test('a late or an early clock changes nothing by itself', () => {
  const raised = seconds([1, 1, 1]);
  expect(run([...raised, [1_000_000_000, 0]])).toEqual(['2000 raised']);
  expect(run([...raised, [500, 0], [400, 0], [300, 0], [100, 0]])).toEqual(['2000 raised']);
});
