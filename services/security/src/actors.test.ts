import { describe, expect, it } from 'vitest';
import { drive } from '../test/drive.ts';

const minuteMs = 60_000;

describe('a user', () => {
  it('who is guessed at from many addresses is an alert, though none of them is blocked', () => {
    const run = drive();
    for (let last = 1; last <= 8; last += 1) run.events(1, { address: `203.0.113.${last}`, actor: 'ann' });
    expect(run.blocks).toEqual([]);
    expect(run.alerts).toMatchObject([{ status: 'FIRING', title: 'ann is guessed at from many addresses' }]);
    run.pass(61 * minuteMs);
    expect(run.alerts.at(-1)).toMatchObject({ status: 'RESOLVED' });
  });

  it('for whom that is usual is no alert each time', () => {
    const run = drive();
    for (let window = 0; window < 20; window += 1)
      for (let last = 1; last <= 7; last += 1) run.events(1, { address: `203.0.${window}.${last}` }, 2 * minuteMs);
    const before = run.alerts.length;
    for (let last = 1; last <= 9; last += 1) run.events(1, { address: `198.51.100.${last}` });
    expect(run.alerts.length).toBe(before);
  });

  it('who logs in from a new network after failures elsewhere is a critical alert', () => {
    const run = drive();
    run.event({ actor: 'ann', outcome: 'SUCCEEDED', address: '198.51.100.1' });
    for (let last = 1; last <= 3; last += 1) run.events(1, { address: `203.0.113.${last}`, actor: 'ann' });
    run.event({ actor: 'ann', outcome: 'SUCCEEDED', address: '198.51.100.77' });
    expect(run.alerts).toEqual([]);
    run.event({ actor: 'ann', outcome: 'SUCCEEDED', address: '192.0.2.9' });
    expect(run.alerts).toMatchObject([{ severity: 'CRITICAL', title: 'Somebody logged in as ann after guessing' }]);
  });
});
