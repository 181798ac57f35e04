import type { MetricSample } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { drive, feed, noise, type Drive } from '../test/drive.ts';

const orders: Partial<MetricSample> = { name: 'orders_per_minute', unit: '', category: 'BUSINESS' };

function selling(mean: number, spread: number): Drive {
  const run = drive();
  const next = noise(8);
  feed(run, 400, () => Math.max(0, Math.round(mean + spread * next())), orders, 60_000);
  return run;
}

const samplesUntilTold = (run: Drive, value: number): number => {
  for (let count = 1; count <= 30; count += 1) {
    feed(run, 1, () => value, orders, 60_000);
    if (run.told.length > 0) return count;
  }
  return Number.POSITIVE_INFINITY;
};

describe('business', () => {
  it('takes a drop as seriously as a rise, and both more calmly than machines', () => {
    for (const value of [10, 190]) {
      const run = selling(100, 5);
      expect(samplesUntilTold(run, value)).toBe(5);
      expect(run.told[0]).toMatchObject({ severity: 'WARNING', category: 'BUSINESS' });
    }
  });

  it('misses orders that do not come, even where few are usual', () => {
    const run = selling(8, 3);
    expect(samplesUntilTold(run, 0)).toBeLessThan(10);
    expect(run.told[0]).toMatchObject({ severity: 'WARNING', status: 'FIRING' });
    expect(run.told[0]?.title).toMatch(/^shop orders_per_minute is 0, expected about \d+(\.\d+)?$/);
    feed(run, 10, () => 8, orders, 60_000);
    expect(run.told.at(-1)).toMatchObject({ status: 'RESOLVED', title: 'shop orders_per_minute is back to normal: 8' });
  });
});
