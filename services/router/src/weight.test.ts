import type { AgentScore } from '@muster/schemas';
import { expect, it } from 'vitest';
import { weightsOf, type Facts } from './weight.ts';

const minuteMs = 60_000;
const known = (facts: Partial<AgentScore>): Facts => ({
  load: 0,
  declaredCost: 0,
  score: { count: 100, successRate: 1, latencyP50Ms: 20, latencyP95Ms: 30, cost: 2, ...facts } as AgentScore,
});
/** Of two candidates, how much the second weighs beside the first. */
const ratio = (facts: Partial<AgentScore>, first: Partial<AgentScore> = {}, timeLeftMs = minuteMs): number => {
  const [a = 0, b = 0] = weightsOf([known(first), known(facts)], timeLeftMs);
  return b / a;
};

it('weighs equals alike, and is at most 1', () => {
  expect(ratio({})).toBe(1);
  for (const weight of weightsOf([known({}), known({ successRate: 0.2 })], minuteMs))
    expect(weight).toBeLessThanOrEqual(1);
});

it.each<[string, Partial<AgentScore>, number]>([
  ['ten times slower', { latencyP50Ms: 200, latencyP95Ms: 300 }, 0.03],
  ['half of it fails', { successRate: 0.5 }, 0.15],
  ['twice the cost', { cost: 4 }, 0.8],
])('weighs less: %s', (_, facts, most) => {
  const weight = ratio(facts);
  expect(weight).toBeLessThan(most);
  expect(weight).toBeGreaterThan(0);
});

it('does not take differences of a few ms for more than chance', () => {
  expect(ratio({ latencyP50Ms: 3, latencyP95Ms: 3 }, { latencyP50Ms: 1, latencyP95Ms: 1 })).toBeGreaterThan(0.5);
});

it('believes few results less than many', () => {
  expect(ratio({ successRate: 0, count: 1 })).toBeGreaterThan(0.4);
  expect(ratio({ successRate: 0, count: 100 })).toBeLessThan(0.001);
});

it('takes whoever was not measured for as quick as the median of the others', () => {
  const fresh: Facts = { load: 0, declaredCost: 0, score: undefined };
  const [quick = 0, slow = 0, unknown = 0] = weightsOf(
    [known({ latencyP50Ms: 5, latencyP95Ms: 5 }), known({ latencyP50Ms: 90, latencyP95Ms: 90 }), fresh],
    minuteMs,
  );
  expect(unknown).toBeLessThan(quick);
  expect(unknown).toBeGreaterThanOrEqual(slow * 0.7);
  expect(weightsOf([fresh, fresh], minuteMs)).toEqual(
    [0.9 ** 3, 0.9 ** 3].map((weight) => expect.closeTo(weight) as number),
  );
});

it('takes whoever has never begun a task for no quicker than others', () => {
  expect(ratio({ latencyP50Ms: 0, latencyP95Ms: 0 })).toBe(1);
});

it('hardly gives a task to who can not be in time, and only then', () => {
  expect(ratio({ latencyP95Ms: 90 }, {}, 60)).toBeLessThan(0.1);
  expect(ratio({ latencyP50Ms: 80, latencyP95Ms: 90 }, {}, 60)).toBeLessThan(0.01);
});
