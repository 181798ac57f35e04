import { describe, expect, it } from 'vitest';
import { blockOf, ownAddress } from './block-request.ts';

const given = { now: 1_000, user: 'ann', own: ['198.51.100.9'] };
const request = { for: '2h', comment: 'why' };

describe('a block that is asked for', () => {
  it('is of one address, ends, and names who wants it', () => {
    expect(blockOf('::ffff:203.0.113.7', 'ACTIVE', request, given)).toEqual({
      address: '203.0.113.7',
      status: 'ACTIVE',
      startsAt: 1_000,
      endsAt: 7_201_000,
      reason: 'why',
      decidedBy: 'ann',
    });
  });

  it.each([
    ['203.0.113.0/24', request, 'is a range, and one address is asked for: give one IP address.'],
    ['shop', request, 'shop is no IP address'],
    ['198.51.100.9', request, 'is on the allow-list'],
    ['10.0.0.1', request, 'its own network'],
    ['203.0.113.7', { for: '2h' }, 'give --comment'],
    ['203.0.113.7', { ...request, for: 'long' }, '--for long is not understood'],
    ['203.0.113.7', { ...request, for: '1s' }, 'ten seconds at least'],
  ])('%s %j is refused', (address, asked, reason) => {
    expect(() => blockOf(address, 'ACTIVE', asked, given)).toThrow(reason);
  });

  it('may be released, wherever the address belongs', () => {
    expect(blockOf('198.51.100.9', 'RELEASED', request, given)).toMatchObject({ status: 'RELEASED' });
  });

  it("knows the person's own address from the shell", () => {
    expect(ownAddress({ SSH_CLIENT: '198.51.100.9 4711 22' })).toEqual(['198.51.100.9']);
    expect(ownAddress({})).toEqual([]);
  });
});
