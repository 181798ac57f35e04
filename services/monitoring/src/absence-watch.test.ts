import { describe, expect, it } from 'vitest';
import { drive, feed, targetOf, type Drive } from '../test/drive.ts';

const key = 'shop/latency_ms';
const changes = (run: Drive): string[] =>
  run.told.map(({ status, severity, title }) => `${status} ${severity} ${title}`);
const steady = (config: Parameters<typeof drive>[0] = {}, count = 100): Drive => {
  const run = drive(config);
  feed(run, count, (index) => 80 + (index % 5));
  return run;
};

describe('a series that stops', () => {
  it('is missed after a while, and welcome back', () => {
    const run = steady();
    const lastAt = run.now;
    run.until(lastAt + 29_000);
    expect(run.told).toEqual([]);
    run.until(lastAt + 300_000);
    feed(run, 1, () => 80);
    expect(changes(run)).toEqual([
      'FIRING WARNING shop latency_ms has stopped',
      'RESOLVED WARNING shop latency_ms is back',
    ]);
    const [stopped, back] = run.told;
    expect(stopped).toMatchObject({
      fingerprint: `${key}/absence`,
      category: 'AVAILABILITY',
      startsAt: lastAt,
      toldAt: lastAt + 30_000,
      description:
        'No value has arrived for 30 s; usually there is one every 10 s. Either what is measured is down, or what measures it.',
    });
    expect(stopped?.evidence?.[0]).toMatchObject({ detector: 'absence', reason: 'no value for 30 s' });
    expect(back).toMatchObject({ endsAt: run.now, correlationId: stopped?.correlationId });
  });

  it('becomes worse with time where much depends on it, and is given up in the end', () => {
    const run = drive();
    run.targets.put(targetOf('shop', { tier: 'CRITICAL' }));
    feed(run, 100, () => 80);
    const lastAt = run.now;
    run.until(lastAt + 25 * 3_600_000);
    expect(run.told.map(({ status, severity, toldAt }) => [status, severity, toldAt - lastAt])).toEqual([
      ['FIRING', 'WARNING', 30_000],
      ['FIRING', 'CRITICAL', 300_000],
      ['RESOLVED', 'CRITICAL', 24 * 3_600_000],
    ]);
    expect(run.stateOf(key)).toBeUndefined();
  });

  it('is waited for as long as it has needed before', () => {
    const run = drive();
    for (let index = 0; index < 30; index += 1) feed(run, 1, () => 80, {}, index % 3 === 0 ? 600_000 : 60_000);
    run.until(run.now + 19 * 60_000);
    expect(run.told).toEqual([]);
    run.until(run.now + 2 * 60_000);
    expect(changes(run)).toEqual(['FIRING WARNING shop latency_ms has stopped']);
  });

  it('is not missed before its habits are known, and forgotten after a week', () => {
    const run = steady({}, 4);
    run.until(run.now + 6 * 24 * 3_600_000);
    expect(run.stateOf(key)).toBeDefined();
    run.until(run.now + 2 * 24 * 3_600_000);
    expect(run.told).toEqual([]);
    expect(run.stateOf(key)).toBeUndefined();
  });

  it('is nobody’s business where that was switched off', () => {
    const run = steady({ absence: false });
    run.until(run.now + 25 * 3_600_000);
    expect(run.told).toEqual([]);
  });
});

it('a series that goes on asks to be woken seldom, not at every sample', () => {
  const run = steady({}, 600);
  expect(run.wakes).toBeLessThan(320);
  feed(run, 6_000, () => 80, {}, 1_000);
  expect(run.wakes).toBeLessThan(600);
  expect(run.wishes).toBeLessThan(run.wakes + 10);
});
