import { expect, it } from 'vitest';
import { account, availabilityOf, windowsFrom, type Windows } from './availability.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const beginAt = Date.UTC(2026, 0, 5);

it('counts what worked in each window, and forgets what has left it', () => {
  let windows: Windows | undefined;
  for (let minute = 0; minute < 180; minute += 1)
    windows = account(
      windows,
      beginAt + minute * minuteMs,
      beginAt + (minute + 1) * minuteMs,
      minute < 60 || minute >= 90,
    );
  const now = beginAt + 180 * minuteMs - 1;
  expect(availabilityOf(windows, now)).toEqual([
    { windowMs: 60 * minuteMs, upMs: 60 * minuteMs, knownMs: 60 * minuteMs },
    { windowMs: dayMs, upMs: 150 * minuteMs, knownMs: 180 * minuteMs },
    { windowMs: 7 * dayMs, upMs: 150 * minuteMs, knownMs: 180 * minuteMs },
  ]);
  expect(availabilityOf(windows, now + 2 * dayMs).map(({ knownMs }) => knownMs)).toEqual([0, 0, 180 * minuteMs]);
});

it('stays of one size over a year, and true', () => {
  let windows: Windows | undefined;
  const sizes = new Set<number>();
  for (let day = 0; day < 365; day += 1) {
    windows = account(windows, beginAt + day * dayMs, beginAt + day * dayMs + dayMs / 2, true);
    windows = account(windows, beginAt + day * dayMs + dayMs / 2, beginAt + (day + 1) * dayMs, false);
    sizes.add(windows.reduce((sum, { up, known }) => sum + up.length + known.length, 0));
  }
  expect([...sizes]).toEqual([128]);
  const [, , week] = availabilityOf(windows, beginAt + 365 * dayMs - 1);
  expect(week).toEqual({ windowMs: 7 * dayMs, upMs: 3.5 * dayMs, knownMs: 7 * dayMs });
});

it('says nothing of what it does not know', () => {
  expect(availabilityOf(undefined, beginAt).every(({ knownMs }) => knownMs === 0)).toBe(true);
  const windows = account(
    account(undefined, beginAt, beginAt + minuteMs, true),
    beginAt + 5 * dayMs,
    beginAt + 5 * dayMs + minuteMs,
    false,
  );
  expect(availabilityOf(windows, beginAt + 5 * dayMs + minuteMs)[2]).toMatchObject({
    upMs: minuteMs,
    knownMs: 2 * minuteMs,
  });
});

it('can be gone on with from its sums, in whole ms', () => {
  const endAt = beginAt + 30 * minuteMs + 7;
  const sums = availabilityOf(account(undefined, beginAt, endAt, true), endAt);
  expect(availabilityOf(windowsFrom(sums, endAt), endAt)).toEqual(sums);
});
