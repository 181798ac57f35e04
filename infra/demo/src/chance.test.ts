import { describe, expect, it } from 'vitest';
import { exponential, logNormal, type Random } from './chance.ts';

/** The numbers of Park and Miller, 1988: the same ones every time. */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
const drawn = (draw: (random: Random) => number): number[] => {
  const random = seeded(7);
  return Array.from({ length: 20_000 }, () => draw(random)).sort((a, b) => a - b);
};

describe('exponential', () => {
  const gaps = drawn((random) => exponential(20, random));

  it('has the mean that is asked for', () => {
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeCloseTo(20, 0);
  });

  it('is never negative and stays finite at the ends of chance', () => {
    expect(gaps[0]).toBeGreaterThanOrEqual(0);
    expect(exponential(20, () => 0)).toBeCloseTo(0);
    expect(exponential(20, () => 1 - 2 ** -53)).toBeLessThan(1_000);
  });
});

describe('logNormal', () => {
  const durations = drawn((random) => logNormal(30, 0.5, random));

  it('has half of its values below the median, and a tail above it', () => {
    expect(durations[10_000]).toBeCloseTo(30, 0);
    expect(durations[19_000]! - 30).toBeGreaterThan(30 - durations[1_000]!);
  });
});
