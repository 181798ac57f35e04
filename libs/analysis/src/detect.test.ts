import { describe, expect, test } from 'vitest';
import { dayOf5, minuteMs, normal, series, uniform, watch } from '../test/series.ts';
import { anomalyThreshold, detect, type DetectorState, type Verdict } from './index.ts';

const seeds = [1, 2, 3, 4, 5];
const isAnomaly = ({ score }: Verdict): boolean => score >= anomalyThreshold;

const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
};

describe.each(seeds)('finds (seed %i)', (seed) => {
  const quiet = (noise: () => number) => 100 + 5 * noise();
  const found = (values: readonly number[], from: number, to: number): Verdict | undefined =>
    watch(values).verdicts.slice(from, to).find(isAnomaly);

  test('a spike at once', () => {
    const noise = normal(seed);
    expect(
      found(
        series(2100, (i) => quiet(noise) + (i === 2000 ? 35 : 0)),
        2000,
        2001,
      ),
    ).toBeDefined();
  });

  test('a shift of the level, up or down, within ten samples', () => {
    const noise = normal(seed);
    expect(
      found(
        series(2100, (i) => quiet(noise) + (i >= 2000 ? 15 : 0)),
        2000,
        2010,
      ),
    ).toBeDefined();
    expect(
      found(
        series(2100, (i) => quiet(noise) - (i >= 2000 ? 15 : 0)),
        2000,
        2010,
      ),
    ).toBeDefined();
  });

  test('a value that is stuck', () => {
    const noise = normal(seed);
    const values = series(2100, () => quiet(noise)).map((value, i, all) => (i >= 2000 ? (all[1999] ?? 0) : value));
    expect(found(values, 2000, 2050)).toBeDefined();
  });

  test('a burst of variance', () => {
    const noise = normal(seed);
    expect(
      found(
        series(2100, (i) => 100 + 5 * noise() * (i >= 2000 ? 3 : 1)),
        2000,
        2030,
      ),
    ).toBeDefined();
  });

  test('a daily rise that does not come, named after the season', () => {
    const noise = normal(seed);
    const isUp = (i: number): boolean => i % dayOf5 >= 100 && i % dayOf5 < 160;
    const values = series(13 * dayOf5, (i) => 50 + (isUp(i) && i < 12 * dayOf5 ? 50 : 0) + 3 * noise());
    expect(found(values, 12 * dayOf5 + 100, 12 * dayOf5 + 160)).toMatchObject({ detector: 'season' });
  });

  test('a weekday that looks like a weekend', () => {
    const noise = normal(seed);
    const isQuiet = (i: number): boolean => Math.floor(i / dayOf5) % 7 >= 5 || Math.floor(i / dayOf5) === 30;
    const daily = (i: number): number => 120 + 100 * Math.sin((i / dayOf5) * 2 * Math.PI);
    const values = series(31 * dayOf5, (i) => daily(i) * (isQuiet(i) ? 0.4 : 1) + 4 * noise());
    expect(found(values, 30 * dayOf5, 31 * dayOf5)).toBeDefined();
  });

  test('a tenfold latency within three samples when young, and holds it until it is over', () => {
    const noise = normal(seed);
    const values = series(600, (i) => 50 * Math.exp(0.15 * noise()) * (i >= 100 && i < 500 ? 10 : 1));
    const { verdicts } = watch(values, 1_000);
    expect(verdicts.slice(0, 100).filter(isAnomaly)).toHaveLength(0);
    expect(verdicts.slice(100, 103).some(isAnomaly)).toBe(true);
    expect(verdicts.slice(100, 500).every(({ isOutside, deviation }) => isOutside && deviation > 5)).toBe(true);
    expect(verdicts.slice(500).some(({ isOutside }) => isOutside)).toBe(false);
  });

  test('a shift only once, and takes it for normal after a while', () => {
    const noise = normal(seed);
    const values = series(3000, (i) => quiet(noise) + (i >= 2000 ? 60 : 0));
    const { verdicts } = watch(values, minuteMs);
    expect(verdicts.slice(2000, 2100).filter(isAnomaly).length).toBeLessThanOrEqual(3);
    expect(verdicts.slice(2000, 2200).every(({ isOutside }) => isOutside)).toBe(true);
    expect(verdicts.slice(2300).some(({ isOutside }) => isOutside)).toBe(false);
  });
});

describe('stays quiet', () => {
  const length = 8_000;
  /** Anomalies and values outside the range, per ten thousand samples after the warm-up, over all seeds. */
  const rates = (make: (seed: number) => (index: number) => number, stepMs: number) => {
    const verdicts = seeds.flatMap((seed) => watch(series(length, make(seed)), stepMs).verdicts.slice(60));
    const per = (isCounted: (verdict: Verdict) => boolean): number =>
      (10_000 * verdicts.filter(isCounted).length) / verdicts.length;
    return { anomalies: per(isAnomaly), outside: per(({ isOutside }) => isOutside) };
  };
  const kinds: Record<string, (seed: number) => (index: number) => number> = {
    'white noise': (seed) => {
      const noise = normal(seed);
      return () => 100 + 5 * noise();
    },
    'a random walk': (seed) => {
      const noise = normal(seed);
      let value = 100;
      return () => (value += 0.1 * noise());
    },
    'a pure daily season': (seed) => {
      const noise = normal(seed);
      return (i) => 100 + 30 * Math.sin((i / dayOf5) * 2 * Math.PI) + 2 * noise();
    },
    counts: (seed) => {
      const next = uniform(seed);
      return () => Math.floor(-4 * Math.log(1 - next()));
    },
  };

  test.each(Object.entries(kinds))('on %s', (_, make) => {
    const everySecond = rates(make, 1_000);
    expect(everySecond.anomalies).toBeLessThan(3);
    expect(everySecond.outside).toBeLessThan(60);
    const every5Minutes = rates(make, 5 * minuteMs);
    expect(every5Minutes.anomalies).toBeLessThan(20);
    expect(every5Minutes.outside).toBeLessThan(60);
  });

  test.each(Object.entries(kinds))('on %s: no anomaly is followed by three values outside in a row', (_, make) => {
    for (const seed of seeds) {
      const { verdicts } = watch(series(length, make(seed)));
      const isHeld = (i: number): boolean => verdicts.slice(i, i + 3).every(({ isOutside }) => isOutside);
      expect(verdicts.flatMap((verdict, i) => (isAnomaly(verdict) && isHeld(i) ? [i] : []))).toEqual([]);
    }
  });

  test('on a constant, and says its first change', () => {
    const { verdicts } = watch(series(1000, (i) => (i === 900 ? 43 : 42)));
    expect(verdicts.flatMap((verdict, i) => (isAnomaly(verdict) ? [i] : []))).toEqual([900]);
    expect(verdicts[900]).toMatchObject({ isOutside: true, expected: 42 });
  });
});

describe('is a pure function of state and sample', () => {
  const values = series(600, normal(7));

  test('that never touches the state it is given', () => {
    let state: DetectorState | undefined;
    for (const [index, value] of values.entries())
      state = freeze(detect(state, { at: index * 3_600_000, value: value * 10 }).state);
    expect(state?.samples).toBe(600);
  });

  test('that gives the same for the same, also after the state was stored', () => {
    const { state } = watch(values);
    const stored = JSON.parse(JSON.stringify(state)) as DetectorState;
    const sample = { at: Date.UTC(2026, 1, 5), value: 4 };
    expect(detect(stored, sample)).toEqual(detect(state, sample));
  });

  test('whose state stays small', () => {
    const noise = normal(3);
    const { state } = watch(
      series(40_000, (i) => Math.exp(2 * noise()) * (2 + Math.sin(i / 4))),
      15 * minuteMs,
    );
    expect(JSON.stringify(state).length).toBeLessThan(6_000);
    expect(Math.max(...(state?.history.seen ?? []))).toBeLessThanOrEqual(32_768);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e200])('that refuses %d', (value) => {
    expect(() => detect(undefined, { at: 0, value })).toThrow(/finite numbers/);
    expect(() => detect(undefined, { at: value * 1e200, value: 1 })).toThrow(RangeError);
  });
});

describe('bears clocks that are wrong', () => {
  const start = (): DetectorState | undefined => watch(series(200, normal(11))).state;
  const now = Date.UTC(2026, 0, 5) + 200 * 5 * minuteMs;

  test('a late sample scores nothing, however strange, and leaves the evidence alone', () => {
    const before = start();
    const { state, verdict } = detect(before, { at: now - 86_400_000, value: 500 });
    expect(verdict).toMatchObject({ score: 0, isOutside: true });
    expect(state.evidence).toBe(before?.evidence);
    expect(state.history).toBe(before?.history);
  });

  test('one time in the far future does not silence the series', () => {
    const noise = normal(12);
    let { state } = detect(start(), { at: now + 1e12, value: 0 });
    for (let i = 0; i < 100; i += 1) ({ state } = detect(state, { at: now + i * 5 * minuteMs, value: noise() }));
    expect(state.clock.lastAt).toBe(now + 99 * 5 * minuteMs);
    expect(detect(state, { at: now + 100 * 5 * minuteMs, value: 50 }).verdict.score).toBeGreaterThan(0.7);
  });

  test('duplicates and a gap of a year do no harm', () => {
    const noise = normal(13);
    let state = start();
    for (let i = 0; i < 100; i += 1) ({ state } = detect(state, { at: now, value: noise() }));
    const { verdict } = detect(state, { at: now + 365 * 86_400_000, value: 0 });
    expect(verdict.score).toBeLessThan(anomalyThreshold);
    expect(Object.values(verdict).every((each) => typeof each !== 'number' || Number.isFinite(each))).toBe(true);
  });
});
