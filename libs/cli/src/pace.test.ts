import { describe, expect, it } from 'vitest';
import { paceFault, pacedPoints, parseSpeed } from './pace.ts';

const now = 1_000_000_000_000;
const minute = 60_000;
const points = [0, 1, 3].map((minutes) => ({ at: 5_000 + minutes * minute, value: minutes }));

describe('the pace of a recorded series', () => {
  it.each([
    ['60x', 60],
    ['0.5x', 0.5],
    ['10', 10],
    ['max', Infinity],
  ])('%s', (text, speed) => expect(parseSpeed(text)).toBe(speed));

  it.each(['0x', '-1x', 'fast', ''])('refuses %j', (text) => {
    expect(() => parseSpeed(text)).toThrow('is not understood');
  });

  it('publishes at the chosen speed, and each point says when', () => {
    const paced = pacedPoints(points, { speed: 60, now, keepTime: false });
    expect(paced.map(({ dueAt, at }) => [dueAt - now, at - now])).toEqual([[0, 0], [1_000, 1_000], [3_000, 3_000]]); // prettier-ignore
  });

  it('keeps distances at full speed, and ends now', () => {
    const paced = pacedPoints(points, { speed: Infinity, now, keepTime: false });
    expect(paced.map(({ dueAt, at }) => [dueAt - now, at - now])).toEqual([[0, -3 * minute], [0, -2 * minute], [0, 0]]); // prettier-ignore
  });

  it('keeps recorded times when told to', () => {
    expect(pacedPoints(points, { speed: 60, now, keepTime: true }).map(({ at }) => at)).toEqual(
      points.map(({ at }) => at),
    );
  });

  it('says beforehand which times the log would refuse', () => {
    const old = pacedPoints(points, { speed: 60, now, keepTime: true });
    expect(paceFault(old, now, true)).toContain('leave out --keep-time');
    expect(paceFault(pacedPoints(points, { speed: 60, now, keepTime: false }), now, false)).toBeUndefined();
    expect(paceFault([], now, false)).toBeUndefined();
  });
});
