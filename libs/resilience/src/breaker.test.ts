import { describe, expect, it } from 'vitest';
import { admit, breakerAt, closedBreaker, defaultBreaker, noteCall, type Breaker } from './index.ts';

const options = {
  ...defaultBreaker,
  failuresInRow: 5,
  leastCalls: 10,
  failureShare: 0.5,
  coolDownMs: 1_000,
  trials: 2,
};
const after = (results: string, from: Breaker = closedBreaker, at = 0): Breaker =>
  results.split('').reduce((breaker, result) => noteCall(options, breaker, result === '+', at), from);

describe('a breaker', () => {
  it('opens after failures in a row', () => {
    expect(after('----').status).toBe('closed');
    expect(after('----+----').status).toBe('closed');
    expect(after('-----')).toMatchObject({ status: 'open', halfOpenAt: 1_000 });
  });

  it('opens at a share of failures, once there were enough calls', () => {
    expect(after('-+-+-+-').status).toBe('closed');
    expect(after('-+-+-+-+-').status).toBe('closed');
    expect(after('+-+-+-+-+-').status).toBe('open');
  });

  it('asks for a longer row where there are many calls', () => {
    const many = after('+'.repeat(160));
    expect(after('-'.repeat(10), many).status).toBe('closed');
    expect(after('-'.repeat(12), many).status).toBe('open');
  });

  it('forgets what is older than its window', () => {
    const long = options.windowMs + 6_000;
    const old = after('-+-+-+-+');
    expect(noteCall(options, noteCall(options, old, true, long), false, long).status).toBe('closed');
  });

  it('lets nothing through while it cools down, then a few trials', () => {
    const open = after('-----');
    expect(admit(options, open, 999)[0]).toBe(false);
    const [first, one] = admit(options, open, 1_000);
    const [second, two] = admit(options, one, 1_000);
    expect([first, second, admit(options, two, 1_000)[0]]).toEqual([true, true, false]);
    expect(noteCall(options, two, true, 1_010).status).toBe('half-open');
    expect(after('++', two, 1_010)).toEqual(closedBreaker);
  });

  it('cools down twice as long when a trial fails, within limits', () => {
    let breaker = after('-----');
    const coolDowns: number[] = [];
    for (let round = 0; round < 12; round += 1) {
      const at = breaker.halfOpenAt ?? 0;
      breaker = noteCall(options, breaker, false, at);
      coolDowns.push((breaker.halfOpenAt ?? 0) - at);
    }
    expect(coolDowns.slice(0, 3)).toEqual([2_000, 4_000, 8_000]);
    expect(coolDowns.at(-1)).toBe(options.longestCoolDownMs);
  });

  it('learns nothing while it is open', () => {
    const open = after('-----');
    expect(after('+++-', open, 500)).toEqual(open);
    expect(breakerAt(open, 999)).toEqual(open);
  });
});
