import { describe, expect, it } from 'vitest';
import { formatDuration, formatTime, parseDuration, parseFrom, parseTime } from './moment.ts';

const now = Date.UTC(2026, 4, 1, 12);

describe('a moment', () => {
  it.each([
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['250ms', 250],
    ['7', undefined],
    ['seven days', undefined],
  ])('duration %s is %s ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each([
    [850, '850ms'],
    [42_000, '42s'],
    [720_000, '12m'],
    [604_800_000, '7d'],
  ])('%s ms reads %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it.each([
    ['2014-04-01 00:05:00', Date.UTC(2014, 3, 1, 0, 5)],
    ['2014-04-01T00:05:00.250Z', Date.UTC(2014, 3, 1, 0, 5, 0, 250)],
    ['2014-04-01T02:05:00+02:00', Date.UTC(2014, 3, 1, 0, 5)],
    ['2014-04-01', Date.UTC(2014, 3, 1)],
    ['1396310700', Date.UTC(2014, 3, 1, 0, 5)],
    ['1396310700000', Date.UTC(2014, 3, 1, 0, 5)],
    ['2014-13-01', undefined],
    ['yesterday', undefined],
  ])('time %s is %s', (text, time) => expect(parseTime(text)).toBe(time));

  it('is where to begin', () => {
    expect(parseFrom('end', now)).toBe('end');
    expect(parseFrom('15m', now)).toBe(now - 900_000);
    expect(parseFrom('2026-05-01T11:00:00Z', now)).toBe(now - 3_600_000);
    expect(() => parseFrom('lately', now)).toThrow('--from lately is not understood');
  });

  it('shows the date only when it is not today', () => {
    expect(formatTime(now, now)).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(formatTime(now - 864_000_000, now)).toMatch(/^2026-04-2\d \d\d:\d\d:\d\d$/);
  });
});
