import { describe, expect, it } from 'vitest';
import { nextArrival, nextVisit } from './customers.ts';

describe('a visit', () => {
  it.each([
    [0.1, 'GET /catalog?q=glass'],
    [0.6, 'POST /cart?customer=30&product=1000'],
    [0.9, 'POST /checkout?customer=30'],
  ])('chosen by %d is %s', (choice, expected) => {
    const numbers = [choice, 0.5, 0.5];
    const { method, path } = nextVisit(() => numbers.shift()!);
    expect(`${method} ${path}`).toBe(expected);
  });
});

describe('an arrival', () => {
  it('is some time after the last one', () => {
    expect(nextArrival(1_000, 1_000, 50, () => 1 - 1 / Math.E)).toBeCloseTo(1_020);
  });

  it('is never in the past, so that a stall makes no rush', () => {
    expect(nextArrival(1_000, 9_000, 50, () => 0.5)).toBe(9_000);
  });
});
