import type { MetricSample } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { drive, feed, noise, type Drive } from '../test/drive.ts';

const disk: Partial<MetricSample> = { name: 'disk_used', unit: '%', category: 'CAPACITY' };

function filling(perHour: number, hours: number, over: Partial<MetricSample> = {}, from = 60): Drive {
  const run = drive();
  const next = noise(6);
  feed(run, hours * 120, (index) => from + (perHour * index) / 120 + 0.05 * next(), { ...disk, ...over }, 30_000);
  return run;
}

const titles = (run: Drive): string[] =>
  run.told
    .filter(({ fingerprint }) => fingerprint.endsWith('/capacity'))
    .map(({ severity, title }) => `${severity} ${title}`);

describe('a disk', () => {
  it('that fills up is told hours before, and again when it is urgent', () => {
    const run = filling(5, 7.9);
    const said = titles(run);
    expect(said[0]).toBe('WARNING shop disk_used will be full in 6 h');
    expect(said[1]).toMatch(/^CRITICAL shop disk_used will be full in (59|60) min$/);
    expect(said).toHaveLength(2);
    const [first] = run.told;
    expect(first).toMatchObject({ category: 'CAPACITY', fingerprint: 'shop/disk_used/capacity' });
    expect(first?.description).toMatch(/^It stands at 7\d(\.\d)? % of 100 %; .* in 6 h \(between .* and .*\)\.$/);
    expect(first?.evidence?.[0]).toMatchObject({ detector: 'trend', upper: 100 });
  });

  it('that is full stays so until it is emptied', () => {
    const run = filling(10, 3.95);
    feed(run, 120, () => 99.6, disk, 30_000);
    expect(run.told.at(-1)?.status).toBe('FIRING');
    feed(run, 120, () => 40, disk, 30_000);
    expect(titles(run).at(-1)).toBe('CRITICAL shop disk_used is no longer running out of room');
  });

  it.each([
    ['goes up and down', 0, {}],
    ['fills up in weeks', 0.05, {}],
    ['empties', -4, {}],
    ['has no limit', 5, { unit: 'bytes' }],
  ])('that %s is left alone', (_, perHour, over) => {
    expect(titles(filling(perHour, 8, over))).toEqual([]);
  });

  it('has the limit of its label, also when that is reached from above', () => {
    const labelled = filling(5, 4, { unit: 'GB', labels: { limit: '90' } });
    expect(titles(labelled)[0]).toMatch(/^WARNING shop disk_used\{limit=90\} will be full in [56] h$/);
    expect(titles(filling(-5, 8, { name: 'disk_free' }))[0]).toBe('WARNING shop disk_free will be used up in 6 h');
  });
});
