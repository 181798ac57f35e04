import { expect, it } from 'vitest';
import { drive, feed, noise } from '../test/drive.ts';
import { performanceMonitor } from './performance-monitor.ts';

const series = { target: 'shop', name: 'x', unit: '', category: 'PERFORMANCE', labels: {} } as const;

it.each([
  ['latency_ms', 0, -1],
  ['errors_per_minute', 0, -1],
  ['requests_per_second', -1, 0],
  ['memory_available', -1, 0],
  ['up', -1, 0],
  ['backup_seconds', 0, -1],
])('a rise of %s adds %d points, a fall %d', (name, rise, fall) => {
  const { points } = performanceMonitor;
  expect([points('rise', { ...series, name }), points('fall', { ...series, name })]).toEqual([rise, fall]);
});

it.each([
  [{ category: 'CAPACITY', unit: '%' }, 100],
  [{ category: 'CAPACITY', unit: 'ratio' }, 1],
  [{ category: 'CAPACITY', unit: '%', name: 'disk_free' }, 0],
  [{ category: 'CAPACITY', unit: 'GB', labels: { limit: '500' } }, 500],
  [{ category: 'CAPACITY', unit: 'GB', labels: { limit: '' } }, undefined],
  [{ category: 'CAPACITY', unit: 'GB' }, undefined],
  [{ unit: '%' }, undefined],
] as const)('the limit of %o is %s', (over, limit) => {
  expect(performanceMonitor.limitOf?.({ ...series, ...over })).toBe(limit);
});

it('misses requests that do not come, but not at the first look after a silence', () => {
  const requests = { name: 'requests_per_second', unit: '' };
  const run = drive({ absence: false });
  const next = noise(9);
  feed(run, 200, () => Math.max(0, Math.round(8 + 3 * next())), requests);
  run.until(run.now + 3_600_000);
  feed(run, 2, () => 0, requests);
  feed(run, 20, () => 8, requests);
  expect(run.told).toEqual([]);
  feed(run, 30, () => 0, requests);
  expect(run.told[0]?.title).toMatch(/^shop requests_per_second is 0, expected about \d(\.\d+)?$/);
});
