import { describe, expect, it } from 'vitest';
import { drive, feed, noise, targetOf, type Drive } from '../test/drive.ts';

const key = 'shop/latency_ms';

function usual(seed = 1): () => number {
  const next = noise(seed);
  return () => 80 + 8 * next();
}

/** A shop that has been as usual for a while. */
function steady(run: Drive = drive(), count = 300): { run: Drive; value: () => number } {
  const value = usual();
  feed(run, count, value);
  return { run, value };
}

const changes = (run: Drive): string[] => run.told.map(({ status, severity }) => `${status} ${severity}`);

describe('a series that changes', () => {
  it('fires by the third strange sample, becomes worse, and is resolved when it is back', () => {
    const { run, value } = steady();
    expect(run.told).toEqual([]);
    const strangeAt = run.now + 10_000;
    feed(run, 3, () => 842);
    expect(changes(run)).toEqual(['FIRING WARNING']);
    feed(run, 67, () => 842);
    const backAt = run.now + 10_000;
    feed(run, 30, value);
    expect(changes(run)).toEqual(['FIRING WARNING', 'FIRING CRITICAL', 'RESOLVED CRITICAL']);
    const [first, worse, end] = run.told;
    expect(first).toMatchObject({
      fingerprint: 'shop/latency_ms/unusual',
      target: 'shop',
      category: 'PERFORMANCE',
      startsAt: strangeAt,
      endsAt: null,
      isFlapping: false,
      transitions: 1,
    });
    expect(first?.title).toMatch(/^shop latency_ms is 842 ms, expected 3\d(\.\d)?-1\d\d ms$/);
    expect(worse?.toldAt).toBe(first!.toldAt + 600_000);
    expect(end?.title).toMatch(/^shop latency_ms is back to normal: \d+(\.\d)? ms$/);
    expect(end?.endsAt).toBeGreaterThanOrEqual(backAt + 60_000);
    expect(new Set(run.told.map(({ correlationId }) => correlationId)).size).toBe(1);
    expect(new Set(run.told.map(({ startsAt }) => startsAt)).size).toBe(1);
  });

  it('brings its evidence', () => {
    const { run } = steady();
    feed(run, 3, () => 842);
    const evidence = run.told[0]!.evidence![0]!;
    expect(evidence).toMatchObject({ series: key, unit: 'ms', observed: 842, samples: 303 });
    expect(evidence.expected).toBeCloseTo(80, -1);
    expect(evidence.upper).toBeLessThan(200);
    expect(evidence.recent).toHaveLength(12);
    expect(evidence.recent!.at(-1)).toEqual({ at: run.now, value: 842 });
  });

  it('does not fire for one or two strange samples, nor while it is not known yet', () => {
    const { run, value } = steady();
    for (const count of [1, 2]) {
      feed(run, count, () => 842);
      feed(run, 50, value);
    }
    const young = steady(drive(), 40).run;
    feed(young, 10, () => 842);
    expect([...run.told, ...young.told]).toEqual([]);
  });

  it('stays FIRING while values go in and out of range', () => {
    const { run } = steady();
    feed(run, 60, (index) => (index % 3 === 2 ? 80 : 842));
    expect(changes(run)).toEqual(['FIRING WARNING']);
  });

  it('has a new correlation id with every episode', () => {
    const { run, value } = steady();
    feed(run, 5, () => 842);
    feed(run, 60, value);
    feed(run, 5, () => 842);
    expect(changes(run)).toEqual(['FIRING WARNING', 'RESOLVED WARNING', 'FIRING WARNING']);
    const [first, end, second] = run.told.map(({ correlationId }) => correlationId);
    expect(end).toBe(first);
    expect(second).not.toBe(first);
  });

  it('takes what lasts for the new normal, and says so', () => {
    const { run } = steady();
    const next = noise(3);
    feed(run, 600, () => 842 + 8 * next());
    expect(changes(run).at(-1)).toMatch(/^RESOLVED/);
    expect(run.told.at(-1)?.title).toMatch(/^shop latency_ms has settled at 8\d\d ms$/);
  });

  it.each([
    ['LOW', 'FIRING INFO'],
    ['STANDARD', 'FIRING WARNING'],
    ['CRITICAL', 'FIRING CRITICAL'],
  ] as const)('of a %s target is %s', (tier, expected) => {
    const run = drive();
    run.targets.put(targetOf('shop', { tier }));
    steady(run);
    feed(run, 3, () => 842);
    expect(changes(run)[0]).toBe(expected);
  });

  it('is good news when latency falls, and worth less', () => {
    const { run } = steady();
    feed(run, 3, () => 0);
    expect(changes(run)).toEqual(['FIRING INFO']);
  });

  it('is rejected when its value is no measurement', () => {
    const run = drive();
    run.sample({ value: Number.NaN });
    run.sample({ value: Number.MAX_VALUE });
    expect(run.rejected).toHaveLength(2);
    expect(run.rejected[0]).toContain('value is NaN');
    expect(run.stateOf(key)).toBeUndefined();
  });
});

describe('a sensitivity', () => {
  it('of 2 alerts at half the distance', () => {
    const told = [1, 2].map((sensitivity) => {
      const { run } = steady(drive({ sensitivity }));
      feed(run, 8, () => 110);
      return run.told.length;
    });
    expect(told).toEqual([0, 1]);
  });
});

describe('a handler', () => {
  const story = (): Drive => {
    const { run, value } = steady();
    feed(run, 70, () => 842);
    feed(run, 30, value);
    run.until(run.now + 10 * 60_000);
    feed(run, 3, value);
    return run;
  };

  it('says and remembers the same whenever it hears the same', () => {
    const [once, again] = [story(), story()];
    expect(once.told.length).toBeGreaterThan(4);
    expect(again.told).toEqual(once.told);
    expect(again.entries).toEqual(once.entries);
  });

  it('never changes what it was given', () => {
    const frozen = drive({}, { isFrozen: true });
    const { run, value } = steady(frozen);
    feed(run, 5, () => 842);
    feed(run, 30, value);
    run.until(run.now + 10 * 60_000);
    feed(run, 3, value);
    expect(changes(run)).toEqual(['FIRING WARNING', 'RESOLVED WARNING', 'FIRING WARNING', 'RESOLVED WARNING']);
  });

  it('remembers a bounded amount', () => {
    const sizeOf = (run: Drive): number => JSON.stringify(run.stateOf(key)).length;
    const run = steady(drive(), 100).run;
    const young = sizeOf(run);
    feed(run, 5_000, usual(2));
    expect(sizeOf(run)).toBeLessThan(young + 1_500);
    expect(sizeOf(run)).toBeLessThan(4_500);
    feed(run, 5, () => 842);
    expect(sizeOf(run)).toBeLessThan(7_000);
  });
});

it('a storm over 10,000 series makes one alert each, and one more when it is over', { timeout: 60_000 }, () => {
  const { run } = steady(drive({ holdMs: 10_000 }));
  const count = 10_000;
  const known = run.stateOf(key)!;
  for (let index = 0; index < count; index += 1) {
    const series = { ...known.series, target: `host-${index}` };
    run.entries.set(`series host-${index}/latency_ms`, { state: { ...known, series }, wakeAt: null });
  }
  const round = (value: number): void => {
    run.skip(10_000);
    for (let index = 0; index < count; index += 1) run.sample({ target: `host-${index}`, value: value + (index % 5) });
  };
  for (let times = 0; times < 4; times += 1) round(842);
  expect(run.told).toHaveLength(count);
  for (let times = 0; times < 7; times += 1) round(78);
  expect(run.told).toHaveLength(2 * count);
  const changes = new Set(run.told.map(({ fingerprint, status }) => `${fingerprint} ${status}`));
  expect(changes.size).toBe(2 * count);
  expect(JSON.stringify(run.stateOf('host-7/latency_ms')).length).toBeLessThan(7_000);
});
