import { describe, expect, it } from 'vitest';
import { beginAt, drive, noise, type Drive } from '../test/drive.ts';
import { believedAt } from './clock-watch.ts';
import { settings } from './settings.ts';

const minuteMs = 60_000;

/** A steady series whose clock is off by what `skew` says for each sample. */
function withClock(skews: readonly (readonly [count: number, skewMs: number])[]): Drive {
  const run = drive();
  const next = noise(4);
  for (const [count, skewMs] of skews) {
    for (let index = 0; index < count; index += 1) {
      run.until(run.now + 10_000);
      run.sample({ value: 80 + 8 * next(), at: run.now + skewMs });
    }
  }
  return run;
}

describe('a clock', () => {
  it.each([
    [5 * minuteMs, 'clock of shop is 5 min ahead'],
    [-5 * minuteMs, 'clock of shop is 5 min behind'],
  ])('that is off by %i ms is reported and does nothing else', (skewMs, title) => {
    const run = withClock([
      [300, 0],
      [60, skewMs],
      [60, 0],
    ]);
    expect(run.told.map(({ status, severity, title: said }) => [status, severity, said])).toEqual([
      ['FIRING', 'INFO', title],
      ['RESOLVED', 'INFO', 'clock of shop is right again'],
    ]);
    expect(run.told[0]).toMatchObject({ fingerprint: 'shop/latency_ms/clock' });
    expect(run.told[0]?.evidence?.[0]).toMatchObject({ detector: 'clock', observed: skewMs, upper: minuteMs });
  });

  it('that is off for some samples, or by little, is not news', () => {
    const run = withClock([
      [100, 0],
      [4, 50 * minuteMs],
      [100, 0],
      [4, -50 * minuteMs],
      [100, 0],
      [50, 50_000],
      [50, -50_000],
    ]);
    expect(run.told).toEqual([]);
  });

  it('that is ahead does not end an alert early', () => {
    const run = withClock([[300, 0]]);
    for (const [value, skewMs] of [
      [842, 0],
      [842, 0],
      [842, 0],
      [80, 30 * minuteMs],
      [80, 30 * minuteMs],
      [80, 30 * minuteMs],
      [80, 30 * minuteMs],
      [80, 30 * minuteMs],
    ] as const) {
      run.until(run.now + 1_000);
      run.sample({ value, at: run.now + skewMs });
    }
    expect(run.told.map(({ status }) => status)).toEqual(['FIRING']);
  });

  it('that is ahead is believed up to the limit', () => {
    const believed = [60_000, 60_001, -3_600_000].map((skew) =>
      believedAt(beginAt + skew, beginAt, settings.parse({})),
    );
    expect(believed).toEqual([beginAt + 60_000, beginAt, beginAt - 3_600_000]);
  });

  it('that makes samples late does not fire', () => {
    const run = withClock([[300, 0]]);
    for (let index = 0; index < 6; index += 1) {
      run.until(run.now + 1_000);
      run.sample({ value: 842, at: run.now - 5_000 * (index + 1) });
    }
    expect(run.told).toEqual([]);
  });
});
