import { describe, expect, it } from 'vitest';
import { live, lifeWakesAt, type AlertLife, type Finding } from './alert-life.ts';

const minuteMs = 60_000;
const origin = { fingerprint: 'shop/x', target: 'shop' };

const finding = (isRaised: boolean, over: Partial<Finding> = {}): Finding => ({
  kind: 'x',
  isRaised,
  severity: 'WARNING',
  at: 0,
  alert: () => ({ category: 'PERFORMANCE', title: isRaised ? 'bad' : 'good', evidence: [], labels: {} }),
  ...over,
});

/** Takes an alert through findings a minute apart; tells what was published at which. */
function through(steps: readonly (boolean | Finding)[], begin?: AlertLife, from = 0) {
  const said: (string | undefined)[] = [];
  let life = begin;
  for (const [index, step] of steps.entries()) {
    const now = (from + index) * minuteMs;
    const given = typeof step === 'boolean' ? finding(step, { at: now }) : step;
    const next = live(life, given, now, { ...origin, correlationId: () => `c${from + index}` });
    life = next.life;
    const value = next.publication?.value;
    said.push(
      value ? `${value.status}${value.isFlapping === true ? ' flapping' : ''} ${value.transitions}` : undefined,
    );
  }
  return { life, said };
}

describe('an alert', () => {
  it('is told when it begins and when it ends', () => {
    expect(through([false, true, true, false, false]).said).toEqual([
      undefined,
      'FIRING 1',
      undefined,
      'RESOLVED 2',
      undefined,
    ]);
  });

  it('is forgotten an hour after it ended', () => {
    const { life } = through([true, false]);
    expect(through([false], life, 30).life).toBeDefined();
    expect(through([false], life, 62).life).toBeUndefined();
  });

  it('is told again when it becomes worse, and not when it becomes better', () => {
    const steps = (['INFO', 'WARNING', 'WARNING', 'INFO', 'CRITICAL', 'INFO'] as const).map((severity) =>
      finding(true, { severity }),
    );
    expect(through(steps).said).toEqual(['FIRING 1', 'FIRING 1', undefined, undefined, 'FIRING 1', undefined]);
  });

  it('keeps its severity, its begin and its correlation id to the end', () => {
    const { life } = through([
      finding(true, { severity: 'CRITICAL', at: 5 }),
      finding(false, { severity: 'INFO', at: 9 }),
    ]);
    expect(life?.alert).toMatchObject({
      status: 'RESOLVED',
      severity: 'CRITICAL',
      startsAt: 5,
      endsAt: 9,
      title: 'good',
    });
    expect(life?.correlationId).toBe('c0');
  });

  it('never ends before it begins', () => {
    const { life } = through([finding(true, { at: 50 }), finding(false, { at: 20 })]);
    expect(life?.alert).toMatchObject({ startsAt: 50, endsAt: 50 });
  });
});

describe('an alert that flaps', () => {
  const sixTimes = [true, false, true, false, true, false];

  it('is told so once, is FIRING meanwhile, and its changes are counted instead of told', () => {
    const { said, life } = through([...sixTimes, true, false, true, false]);
    expect(said.slice(0, 6)).toEqual([
      'FIRING 1',
      'RESOLVED 2',
      'FIRING 3',
      'RESOLVED 4',
      'FIRING 5',
      'FIRING flapping 6',
    ]);
    expect(said.slice(6)).toEqual([undefined, undefined, undefined, undefined]);
    expect(life).toMatchObject({ transitions: 10, isRaised: false, alert: { status: 'FIRING', title: 'bad' } });
  });

  it('is told when that is over, with what is true then', () => {
    const { life } = through(sixTimes);
    const endsAt = lifeWakesAt(life!)!;
    expect(endsAt).toBe(63 * minuteMs);
    expect(through([false], life, 62).said).toEqual([undefined]);
    expect(through([false], life, 63).said).toEqual(['RESOLVED 6']);
    const raised = through([...sixTimes, true]).life;
    expect(through([true], raised, 66).said).toEqual(['FIRING 7']);
  });

  it('still says when it becomes worse', () => {
    const { life } = through(sixTimes);
    expect(through([finding(true, { severity: 'CRITICAL' })], life, 6).said).toEqual(['FIRING flapping 7']);
  });
});
