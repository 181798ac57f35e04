import { describe, expect, it } from 'vitest';
import { drive } from '../test/drive.ts';

const minuteMs = 60_000;
const attackFrom = (run: ReturnType<typeof drive>, last: number): void =>
  run.events(5, { address: `203.0.113.${last}` }, 0);

describe('the blocks of an hour', () => {
  it('are no more than its budget, also when earlier ones are over', () => {
    const run = drive({ blocksPerHour: 2 });
    for (const last of [1, 2, 3]) {
      attackFrom(run, last);
      run.pass(15 * minuteMs);
    }
    expect(run.blocks.filter((block) => block === null)).toHaveLength(2);
    expect(run.blocks.filter((block) => block !== null)).toHaveLength(2);
    expect(run.requests).toMatchObject([{ capability: 'security.block-address', title: 'Block 203.0.113.3' }]);
    run.pass(31 * minuteMs);
    attackFrom(run, 4);
    expect(run.blocks.at(-1)).toMatchObject({ address: '203.0.113.4' });
  });

  it('that are used up are one alert, however many are refused, until an hour after the last', () => {
    const run = drive({ blocksPerHour: 1 });
    for (let last = 1; last <= 5; last += 1) attackFrom(run, last);
    const told = () => run.alerts.filter(({ title }) => title === 'The blocks of the hour are used up');
    expect(told()).toMatchObject([{ status: 'FIRING' }]);
    expect(run.requests).toHaveLength(4);
    run.pass(61 * minuteMs);
    expect(told()).toMatchObject([{ status: 'FIRING' }, { status: 'RESOLVED' }]);
  });

  it('are not used for an address that was let in while its claim was on its way, nor for one whose block would be over', () => {
    const run = drive();
    const claim = { ledger: 'blocks', address: '203.0.113.9', startsAt: run.now, rule: 'x', reason: 'x', offence: 1 };
    run.hear('muster.block-claims.v1', { ...claim, endsAt: run.now });
    run.block({ address: '203.0.113.9', status: 'RELEASED' });
    run.hear('muster.block-claims.v1', { ...claim, endsAt: run.now + minuteMs, target: 'gate' });
    expect(run.blocks).toEqual([]);
  });

  it.each([
    ['is still blocked', { status: 'ACTIVE', decidedBy: 'security' }, 0],
    ['was blocked for longer since', { status: 'ACTIVE', decidedBy: 'ann' }, minuteMs],
    ['was let in since', { status: 'RELEASED', decidedBy: 'ann' }, minuteMs],
  ] as const)('are counted again as they were when the ledger is lost, where who was blocked %s', (_, row, afterMs) => {
    const run = drive({ blocksPerHour: 1 });
    const startsAt = run.now;
    const claim = {
      ledger: 'blocks',
      address: '203.0.113.1',
      startsAt,
      endsAt: startsAt + 10 * minuteMs,
      target: 'gate',
    };
    const said = { ...row, address: claim.address, startsAt: startsAt + afterMs, endsAt: claim.endsAt + afterMs };
    run.block(said);
    run.hear('muster.block-claims.v1', { ...claim, rule: 'x', reason: 'x', offence: 1 });
    attackFrom(run, 2);
    expect(run.requests).toMatchObject([{ title: 'Block 203.0.113.2' }]);
  });

  it('shorten no block that somebody made in the meantime', () => {
    const run = drive();
    const claim = {
      ledger: 'blocks',
      address: '203.0.113.9',
      startsAt: run.now,
      endsAt: run.now + minuteMs,
      rule: 'x',
    };
    run.block({ address: '203.0.113.9', endsAt: run.now + 60 * minuteMs });
    run.hear('muster.block-claims.v1', { ...claim, reason: 'x', offence: 1, target: 'gate' });
    expect(run.blocks).toEqual([]);
  });

  it('are granted once, also where the claim comes twice', () => {
    const run = drive();
    const claim = {
      ledger: 'blocks',
      address: '203.0.113.9',
      startsAt: run.now,
      endsAt: run.now + minuteMs,
      rule: 'x',
    };
    for (let nth = 0; nth < 2; nth += 1)
      run.hear('muster.block-claims.v1', { ...claim, reason: 'x', offence: 1, target: 'gate' });
    expect(run.blocks).toHaveLength(1);
  });
});
