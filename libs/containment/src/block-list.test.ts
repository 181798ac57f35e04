import type { Block } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { allowListOf } from './allow-list.ts';
import { blockListOf } from './block-list.ts';
import { httpFilter } from './http-filter.ts';
import { nftablesBlock, nftablesLift, nftablesSetup } from './nftables.ts';

const now = Date.UTC(2026, 10, 21);
const block = (over: Partial<Block> = {}): Block => ({
  envelope: { id: 'b', time: now, source: 'security', correlationId: 'c', causationId: null },
  address: '203.0.113.7',
  status: 'ACTIVE',
  startsAt: now,
  endsAt: now + 60_000,
  reason: 'It guesses.',
  rule: 'brute-force',
  offence: 1,
  target: 'shop',
  decidedBy: 'security',
  changeId: null,
  ...over,
});
const list = () => blockListOf(allowListOf({ entries: ['198.51.100.9'] }));

describe('the list of who is kept out', () => {
  it('holds an address until its end, however it is written', () => {
    const blocks = list();
    expect(blocks.apply('203.0.113.7', block(), now).kind).toBe('blocked');
    expect(blocks.find('::ffff:203.0.113.7', now + 59_999)).toMatchObject({ reason: 'It guesses.' });
    expect(blocks.find('203.0.113.7', now + 60_000)).toBeUndefined();
    expect(blocks.active(now).map(({ address }) => address)).toEqual(['203.0.113.7']);
    expect(blocks.active(now + 60_000)).toEqual([]);
  });

  it.each([
    ['a tombstone', null],
    ['a release', block({ status: 'RELEASED' })],
    ['a block that is over', block({ endsAt: now })],
  ])('lets it in after %s', (_, next) => {
    const blocks = list();
    blocks.apply('203.0.113.7', block(), now);
    expect(blocks.apply('203.0.113.7', next, now)).toEqual({ kind: 'lifted', address: '203.0.113.7' });
    expect(blocks.find('203.0.113.7', now)).toBeUndefined();
  });

  it.each([
    ['198.51.100.9', 'is on the allow-list'],
    ['10.0.0.1', 'its own network'],
    ['203.0.113.0/24', 'is a range'],
    ['everybody', 'no IP address'],
  ])('never holds %s, whoever decided it', (address, reason) => {
    const blocks = list();
    expect(blocks.apply(address, block({ address }), now)).toMatchObject({
      kind: 'left',
      reason: expect.stringContaining(reason) as string,
    });
    expect(blocks.find(address, now)).toBeUndefined();
  });
});

describe('the HTTP filter', () => {
  const ask = (remoteAddress: string, forwarded?: string) => {
    const blocks = list();
    blocks.apply('203.0.113.7', block(), now);
    const answers: unknown[] = [];
    const goesOn = httpFilter({ blocks, trustedProxies: ['192.0.2.1'], now: () => now })(
      { socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } },
      { writeHead: (...parts) => answers.push(...parts), end: (body) => answers.push(body) },
    );
    return { goesOn, answers };
  };

  it('answers a blocked address with 403 and until when', () => {
    const { goesOn, answers } = ask('::ffff:203.0.113.7');
    expect(goesOn).toBe(false);
    expect(answers).toMatchObject([403, { 'retry-after': '60' }, expect.stringContaining('2026-11-21T00:01:00.000Z')]);
  });

  it('lets others through, without an answer', () => {
    expect(ask('203.0.113.8')).toEqual({ goesOn: true, answers: [] });
  });

  it('believes x-forwarded-for from a trusted proxy alone, from the right', () => {
    expect(ask('192.0.2.1', '198.51.100.1, 203.0.113.7').goesOn).toBe(false);
    expect(ask('192.0.2.1', '203.0.113.7, 198.51.100.1').goesOn).toBe(true);
    expect(ask('198.51.100.2', '203.0.113.7').goesOn).toBe(true);
    expect(ask('203.0.113.7', '198.51.100.1').goesOn).toBe(false);
  });
});

describe('nftables', () => {
  it('keeps addresses of both kinds in their sets until their ends', () => {
    expect(nftablesBlock({ ...block(), address: '203.0.113.7' }, now).at(-1)).toBe(
      'add element inet muster blocked4 { 203.0.113.7 timeout 60s }',
    );
    expect(nftablesBlock({ ...block(), address: '2001:db8::1' }, now + 59_999).at(-1)).toBe(
      'add element inet muster blocked6 { 2001:db8::1 timeout 1s }',
    );
    expect(nftablesLift('2001:db8::1').at(-1)).toBe('delete element inet muster blocked6 { 2001:db8::1 }');
    expect(nftablesSetup.join('\n')).toContain('ip6 saddr @blocked6 counter drop');
    expect(nftablesSetup.join('\n')).toContain('hook prerouting');
  });
});
