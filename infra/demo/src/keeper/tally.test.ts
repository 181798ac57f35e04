import { describe, expect, it } from 'vitest';
import { percentile, samplesOf, type Answered } from './tally.ts';

const at = 1_780_300_800_000;
const answered = (route: string, latencyMs: number, isError = false): Answered => ({ route, latencyMs, isError });

describe('samplesOf', () => {
  const samples = samplesOf(
    'shop',
    ['/catalog', '/checkout'],
    {
      asked: ['/checkout', '/checkout', '/checkout'],
      answered: [answered('/checkout', 40), answered('/checkout', 80, true)],
      orders: [12.5, 7.5],
    },
    { at, lengthMs: 500 },
  );
  const find = (name: string, route?: string) =>
    samples.find((sample) => sample.name === name && sample.labels?.['route'] === route);

  it('says for each route how slow, how wrong and how busy it was', () => {
    expect(find('latency_ms', '/checkout')).toMatchObject({ value: 80, unit: 'ms', category: 'PERFORMANCE', at });
    expect(find('error_share', '/checkout')).toMatchObject({ value: 0.5 });
    expect(find('requests_per_s', '/checkout')).toMatchObject({ value: 6 });
  });

  it('says what was sold', () => {
    expect(find('orders_per_min')).toMatchObject({ value: 240, category: 'BUSINESS', target: 'shop' });
    expect(find('order_value_per_min')).toMatchObject({ value: 2_400, unit: 'EUR/min' });
  });

  it('claims no latency where nobody was answered', () => {
    expect(find('requests_per_s', '/catalog')).toMatchObject({ value: 0 });
    expect(find('latency_ms', '/catalog')).toBeUndefined();
    expect(find('error_share', '/catalog')).toBeUndefined();
  });
});

describe('percentile', () => {
  it.each([
    [[3], 0.95, 3],
    [[5, 1, 4, 2, 3], 0.95, 5],
    [[5, 1, 4, 2, 3], 0.5, 3],
    [Array.from({ length: 100 }, (_, index) => index + 1), 0.95, 95],
  ])('of %j at %d is %d', (values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });
});
