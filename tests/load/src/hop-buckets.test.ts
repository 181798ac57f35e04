import { expect, it } from 'vitest';
import { bucketsIn, quantileOf, since, together } from './hop-buckets.ts';

const text = `# TYPE hop histogram
hop_bucket{le="0.01",agent="a"} 50
hop_bucket{le="0.1",agent="a"} 90
hop_bucket{le="+Inf",agent="a"} 100
hop_sum{agent="a"} 3
`;

it('reads a histogram and finds values by their share', () => {
  const buckets = bucketsIn(text, 'hop');
  expect(buckets).toEqual({ bounds: [0.01, 0.1, Number.POSITIVE_INFINITY], counts: [50, 90, 100] });
  expect(quantileOf(buckets, 0.25)).toBeCloseTo(0.005);
  expect(quantileOf(buckets, 0.7)).toBeCloseTo(0.055);
  expect(quantileOf(buckets, 0.99)).toBe(Number.POSITIVE_INFINITY);
});

it('tells what was added between two looks, and sums instances up', () => {
  const bounds = [1, 2, 3];
  const added = since({ bounds, counts: [10, 20, 30] }, { bounds, counts: [10, 25, 40] });
  expect(added.counts).toEqual([0, 5, 10]);
  expect(together([added, added]).counts).toEqual([0, 10, 20]);
  expect(quantileOf(added, 0.5)).toBe(2);
});

it('knows nothing of nothing', () => {
  expect(quantileOf({ bounds: [1], counts: [0] }, 0.5)).toBeNaN();
});
