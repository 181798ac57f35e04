import { describe, expect, it } from 'vitest';
import { attacker, drive } from '../test/drive.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const hourMs = 60 * minuteMs;

describe("a person's release", () => {
  it.each(['security', 'an approved change', 'a task'])(
    'overrules a block by %s that comes after it and was decided before',
    (decidedBy) => {
      const run = drive();
      const decidedAt = run.now;
      run.pass(minuteMs);
      run.block({ status: 'RELEASED', endsAt: run.now + hourMs, decidedBy: 'ann' });
      run.block({ startsAt: decidedAt, endsAt: run.now + 2 * hourMs, decidedBy });
      expect(run.blocks).toMatchObject([{ status: 'RELEASED', decidedBy: 'ann', endsAt: run.now + hourMs }]);
      expect(run.addressState(attacker)?.block).toBeNull();
      run.events(20);
      expect(run.blocks).toHaveLength(1);
    },
  );

  it('is overruled by whoever decides anew', () => {
    const run = drive();
    run.block({ status: 'RELEASED', endsAt: run.now + hourMs, decidedBy: 'ann' });
    run.pass(minuteMs);
    run.block({ endsAt: run.now + hourMs, decidedBy: 'an approved change' });
    expect(run.addressState(attacker)?.block).not.toBeNull();
  });
});

it('a state that an earlier version left is understood', () => {
  const run = drive();
  run.event();
  const entry = run.entries.get(`addresses ${attacker}`)!;
  const { days: _, release: __, ...older } = run.addressState(attacker)!;
  entry.state = older;
  run.events(4);
  expect(run.blocks).toHaveLength(1);
});

describe('a block', () => {
  it('that somebody made, too, is told when it does not hold', () => {
    const run = drive();
    run.block({ endsAt: run.now + hourMs, decidedBy: 'ann' });
    run.pass(15_000);
    run.events(3);
    run.pass(minuteMs);
    expect(run.alerts).toMatchObject([{ severity: 'CRITICAL', title: `${attacker} is blocked and comes through` }]);
    run.pass(hourMs);
    expect(run.alerts.at(-1)).toMatchObject({ status: 'RESOLVED' });
  });

  it('that held at first is watched until its end', () => {
    const run = drive();
    run.block({ endsAt: run.now + hourMs });
    run.pass(30 * minuteMs);
    run.events(2);
    expect(run.alerts).toEqual([]);
    run.events(5);
    expect(run.alerts).toMatchObject([{ severity: 'CRITICAL' }]);
  });

  it('through which somebody logs in is told at once', () => {
    const run = drive();
    run.events(5, {}, 0);
    run.event({ outcome: 'SUCCEEDED' });
    expect(run.alerts.at(-1)).toMatchObject({ severity: 'CRITICAL', status: 'FIRING' });
  });

  it('for what harmless people do as well is lifted when one who is known logs in', () => {
    const run = drive();
    run.events(2, { outcome: 'SUCCEEDED' }, dayMs);
    const missing = { kind: 'REQUEST', outcome: 'FAILED', attributes: { status: '404' } } as const;
    for (let nth = 0; nth < 48; nth += 1) run.event({ ...missing, action: `GET /old/${nth}` });
    expect(run.blocks).toMatchObject([{ rule: 'scanning' }]);
    run.event({ outcome: 'SUCCEEDED', actor: 'ann' });
    expect(run.blocks.at(-1)).toBeNull();
    expect(run.alerts.at(-1)).toMatchObject({ status: 'RESOLVED' });
    expect(run.addressState(attacker)).toMatchObject({ block: null, offences: 0 });
  });

  it('that is over takes no newer one with it', () => {
    const run = drive();
    run.block({ endsAt: run.now + minuteMs });
    // Said by somebody, and not heard by the agent yet.
    run.tables.blocks.set(attacker, { ...run.tables.blocks.get(attacker)!, endsAt: run.now + hourMs });
    run.pass(2 * minuteMs);
    expect(run.blocks).toEqual([]);
  });

  it('of an address that is allowed from now on is lifted when it is looked at', () => {
    const run = drive();
    run.block({ endsAt: run.now + hourMs });
    run.config.allowList = attacker;
    run.pass(minuteMs);
    expect(run.blocks).toEqual([null]);
  });
});
