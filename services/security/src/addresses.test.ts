import type { SecurityEventInput } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { attacker, beginAt, drive } from '../test/drive.ts';

const minuteMs = 60_000;

describe('an address', () => {
  it('that guesses is blocked at the fifth failure, with an end and a reason', () => {
    const run = drive();
    run.events(4);
    expect(run.blocks).toEqual([]);
    run.event();
    expect(run.blocks).toMatchObject([
      {
        address: attacker,
        status: 'ACTIVE',
        rule: 'brute-force',
        offence: 1,
        target: 'gate',
        endsAt: run.now + 10 * minuteMs,
      },
    ]);
    expect(run.alerts).toMatchObject([{ status: 'FIRING', severity: 'WARNING' }]);
  });

  it.each([
    ['spraying', 4, (nth: number) => ({ actor: `user${nth}` })],
    ['injection', 2, () => ({ kind: 'REQUEST', outcome: 'SUCCEEDED', action: "GET /?q=1'+or+'1'='1" })],
    [
      'probing',
      4,
      (nth: number) => ({ kind: 'REQUEST', action: `GET /wp-admin/${nth}`, attributes: { status: '404' } }),
    ],
    ['scanning', 25, (nth: number) => ({ kind: 'REQUEST', action: `GET /page-${nth}`, attributes: { status: '404' } })],
    ['broken-connections', 8, () => ({ kind: 'CONNECTION' })],
    ['insisting', 15, () => ({ kind: 'REQUEST', outcome: 'REFUSED', signs: ['rate-limited'] })],
    ['mixed', 6, (nth: number) => (nth % 2 === 0 ? { actor: 'ann' } : { kind: 'CONNECTION' })],
  ] as const)('is blocked for %s, after %i', (rule, enough, over) => {
    const run = drive();
    for (let nth = 0; nth < 40 && run.blocks.length === 0; nth += 1)
      run.events(1, over(nth) as Partial<SecurityEventInput>);
    expect(run.blocks[0]).toMatchObject({ rule });
    expect(run.addressState(attacker)?.block?.startsAt).toBeLessThanOrEqual(beginAt + enough * 1_000);
  });

  it('that floods is blocked, from its own history where it has one', () => {
    const known = drive();
    const request = { kind: 'REQUEST', outcome: 'SUCCEEDED', action: 'GET /' } as const;
    for (let minute = 0; minute < 60; minute += 1) known.events(1, { ...request, count: 20 }, minuteMs);
    known.events(3, { ...request, count: 150 }, 1_000);
    expect(known.blocks).toMatchObject([{ rule: 'flooding' }]);
    const stranger = drive();
    stranger.events(3, { ...request, count: 150 }, 1_000);
    expect(stranger.blocks).toEqual([]);
  });

  it('that fails now and then, slowly, or looks for one missing page again and again is left alone', () => {
    const run = drive();
    run.events(30, {}, 20 * minuteMs);
    run.events(
      100,
      { kind: 'REQUEST', outcome: 'FAILED', action: 'GET /favicon.ico', attributes: { status: '404' } },
      minuteMs,
    );
    expect(run.blocks).toEqual([]);
  });

  it('from which people have logged in for days may mistype more often', () => {
    const run = drive();
    run.events(5, { outcome: 'SUCCEEDED' }, 86_400_000);
    run.events(9);
    expect(run.blocks).toEqual([]);
    run.event();
    expect(run.blocks).toHaveLength(1);
  });

  it('that comes again is kept out for four times as long each time, and a week at the most', () => {
    const run = drive();
    for (let time = 0; time < 8; time += 1) {
      run.events(5, {}, 0);
      run.pass((run.addressState(attacker)?.block?.endsAt ?? 0) - run.now + 1_000);
    }
    const made = run.blocks.flatMap((block) => (block === null ? [] : [(block.endsAt - block.startsAt) / minuteMs]));
    expect(made).toEqual([10, 40, 160, 640, 2_560, 10_080, 10_080, 10_080]);
    expect(run.blocks.filter((block) => block === null)).toHaveLength(8);
  });

  it('whose block is over is let in by a tombstone, its alert resolved, and it is forgotten in time', () => {
    const run = drive();
    run.events(5);
    run.pass(11 * minuteMs);
    expect(run.blocks.at(-1)).toBeNull();
    expect(run.alerts.at(-1)).toMatchObject({ status: 'RESOLVED' });
    run.pass(31 * 86_400_000);
    expect(run.entries.size).toBe(0);
  });

  it('that comes through its block is an alert, one that is refused is not', () => {
    const run = drive();
    run.events(5);
    run.events(30, { outcome: 'REFUSED' });
    run.pass(minuteMs);
    expect(run.alerts).toHaveLength(1);
    const leaky = drive();
    leaky.events(5);
    leaky.events(60);
    leaky.pass(minuteMs);
    expect(leaky.alerts.at(-1)).toMatchObject({
      severity: 'CRITICAL',
      title: `${attacker} is blocked and comes through`,
    });
  });

  it('from which a login succeeds after guessing is put to people', () => {
    // Known for long, so that five failures are no block yet.
    const run = drive();
    run.events(5, { outcome: 'SUCCEEDED' }, 86_400_000);
    run.events(6);
    run.event({ outcome: 'SUCCEEDED' });
    expect(run.blocks).toEqual([]);
    expect(run.requests).toMatchObject([{ capability: 'security.block-address', changeClass: 'block-address' }]);
    expect(run.alerts).toMatchObject([{ severity: 'CRITICAL' }]);
    run.events(6);
    run.event({ outcome: 'SUCCEEDED' });
    expect(run.requests).toHaveLength(1);
  });

  it('is put to people when the blocks of the hour are used up', () => {
    const run = drive({ blocksPerHour: 2 });
    for (const last of [1, 2, 3]) run.events(5, { address: `203.0.113.${last}` });
    expect([run.blocks.length, run.requests.length]).toEqual([2, 1]);
  });
});

describe('an allowed address', () => {
  it.each([
    ['a private one', '10.0.0.9', {}],
    ["the operator's", '198.51.100.9', { operatorAddress: '198.51.100.9' }],
    ['one of a range', '198.51.100.9', { allowList: '192.0.2.1, 198.51.100.0/24' }],
    ['a name', 'host.example', {}],
  ])('is never blocked, but seen: %s', (_, address, config) => {
    const run = drive(config);
    run.events(20, { address });
    expect(run.blocks).toEqual([]);
    expect(run.alerts[0]?.description).toMatch('It is not blocked: ');
  });

  it('that goes on is told once, until it has been quiet for an hour', () => {
    const run = drive({ allowList: attacker });
    for (let round = 0; round < 6; round += 1) {
      run.events(20);
      run.pass(20 * minuteMs);
    }
    expect(run.alerts.map(({ status }) => status)).toEqual(['FIRING']);
    run.pass(61 * minuteMs);
    expect(run.alerts.map(({ status }) => status)).toEqual(['FIRING', 'RESOLVED']);
  });

  it('that somebody blocks is let in again, and that is said', () => {
    const run = drive({ operatorAddress: attacker });
    run.block({});
    expect(run.blocks).toEqual([null]);
    expect(run.alerts).toMatchObject([{ title: `A block of ${attacker} was taken back` }]);
  });
});

describe('a person', () => {
  it('lets an address in, and until the release ends it is not blocked again', () => {
    const run = drive();
    run.events(5);
    run.block({ status: 'RELEASED', endsAt: run.now + 60 * minuteMs });
    expect(run.alerts.at(-1)).toMatchObject({ status: 'RESOLVED' });
    run.events(20);
    expect(run.blocks.filter((block) => block?.status === 'ACTIVE')).toHaveLength(1);
    run.pass(61 * minuteMs);
    expect(run.blocks.at(-1)).toBeNull();
    run.events(5);
    expect(run.blocks.filter((block) => block?.status === 'ACTIVE')).toHaveLength(2);
  });

  it('blocks an address, which ends by itself', () => {
    const run = drive();
    run.block({ endsAt: run.now + 5 * minuteMs });
    expect(run.addressState(attacker)?.block).toMatchObject({ endsAt: beginAt + 5 * minuteMs });
    run.pass(6 * minuteMs);
    expect(run.blocks).toEqual([null]);
  });
});

describe('bad input', () => {
  it.each([
    [{ address: '203.0.113.0/24' }, 'address is not one: 203.0.113.0/24 is a range, and one address is asked for.'],
    [{ address: ' ' }, 'address is empty: a security event says where it came from.'],
    [{ kind: 'UNKNOWN' }, 'kind is UNKNOWN: an event is a LOGIN, a CONNECTION, a REQUEST or a PRIVILEGE.'],
  ] as const)('%j is refused', (over, reason) => {
    const run = drive();
    run.event(over);
    expect(run.rejected).toEqual([reason]);
  });

  it('a block of a range or of a name is refused', () => {
    const run = drive();
    run.block({ address: '203.0.113.0/24' });
    run.block({ address: 'host.example' });
    expect(run.rejected).toMatchObject([
      expect.stringContaining('is a range'),
      expect.stringContaining('no IP address'),
    ]);
  });

  it('an IPv4-mapped address is counted as the IPv4 address it is', () => {
    const run = drive();
    run.events(2, { address: '::ffff:203.0.113.7' });
    run.events(3);
    expect(run.blocks).toMatchObject([{ address: attacker }]);
    expect(run.addressState('::ffff:203.0.113.7')).toBeUndefined();
  });

  it('a clock that goes backwards neither hides an attack nor makes one', () => {
    const back = drive();
    for (let nth = 0; nth < 5; nth += 1) back.event({ at: back.now - nth * 60_000 });
    expect(back.blocks).toHaveLength(1);
    const apart = drive();
    for (let nth = 0; nth < 5; nth += 1) apart.event({ at: apart.now - nth * 60 * minuteMs });
    expect(apart.blocks).toEqual([]);
  });

  it('a time to come is taken for now', () => {
    const run = drive();
    run.events(5, { at: beginAt + 30 * 86_400_000 });
    expect(run.blocks[0]?.endsAt).toBeLessThanOrEqual(run.now + 10 * minuteMs);
  });

  it('what was read too late is told, and nobody is kept out for it', () => {
    const run = drive();
    run.events(5, { at: beginAt - 3_600_000 });
    expect(run.blocks).toEqual([]);
    expect(run.alerts).toMatchObject([{ severity: 'INFO', endsAt: beginAt - 3_600_000 }]);
  });

  it('an address that does everything at once is remembered in bounded memory', () => {
    const run = drive({ operatorAddress: attacker });
    for (let nth = 0; nth < 500; nth += 1) {
      run.event({ actor: `u${nth}` });
      run.event({ kind: 'REQUEST', action: `GET /${nth}`, attributes: { status: '404' } });
    }
    expect(JSON.stringify(run.addressState(attacker)).length).toBeLessThan(4_000);
  });
});
