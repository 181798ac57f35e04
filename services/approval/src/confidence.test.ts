import { describe, expect, it } from 'vitest';
import { chance } from '../test/chance.ts';
import { confidenceFrom } from './confidence.ts';

describe('confidence', () => {
  it.each([
    [0, 0, 0.8],
    [0, 1, 0.67],
    [2, 1, 0.75],
    [18, 1, 0.92],
    [50, 50, 0.51],
  ])('after %i verified and %i rolled back is %f', (verified, rolledBack, expected) => {
    expect(confidenceFrom({ verified, rolledBack })).toBeCloseTo(expected, 2);
  });

  it('is calibrated: of the changes it gives p, a share of p ends verified', () => {
    const random = chance(7).next;
    const bins = new Map<number, { sum: number; verified: number; count: number }>();
    for (let each = 0; each < 4_000; each += 1) {
      // Classes as the prior has them: the largest of four even draws is Beta(4, 1).
      const truth = Math.max(random(), random(), random(), random());
      const counts = { verified: 0, rolledBack: 0 };
      for (let change = 0; change < 20; change += 1) {
        const confidence = confidenceFrom(counts);
        const isVerified = random() < truth;
        const bin = Math.floor(confidence * 10);
        const { sum, verified, count } = bins.get(bin) ?? { sum: 0, verified: 0, count: 0 };
        bins.set(bin, { sum: sum + confidence, verified: verified + (isVerified ? 1 : 0), count: count + 1 });
        counts[isVerified ? 'verified' : 'rolledBack'] += 1;
      }
    }
    for (const { sum, verified, count } of bins.values()) {
      if (count < 500) continue;
      expect(Math.abs(sum / count - verified / count)).toBeLessThan(0.03);
    }
    expect([...bins.values()].filter(({ count }) => count >= 500).length).toBeGreaterThanOrEqual(5);
  });
});
