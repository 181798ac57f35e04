import { describe, expect, it } from 'vitest';
import { canonicalAddress, isAddress, readAddress } from './address.ts';
import { allowListOf } from './allow-list.ts';

describe('an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['[2001:DB8:0:0::1]', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('%s is %s', (text, address) => {
    expect(readAddress(text)).toEqual({ kind: 'address', address });
  });

  it.each([
    ['203.0.113.0/24', 'range'],
    ['2001:db8::/32', 'range'],
    ['192.030.0.6', 'ambiguous'],
    ['1.2.3', 'name'],
    ['1.2.3.256', 'name'],
    ['0x7f000001', 'name'],
    ['2130706433', 'name'],
    ['example.com', 'name'],
    ['', 'name'],
  ])('%s is none: %s', (text, kind) => {
    expect(readAddress(text).kind).toBe(kind);
    expect(isAddress(text)).toBe(false);
  });

  it('that is none keeps its text, in lower case', () => {
    expect(canonicalAddress(' Example.COM')).toBe('example.com');
  });
});

describe('the allow-list', () => {
  const allowed = allowListOf({ entries: ['203.0.113.0/28', '2001:db8::1', '198.51.100.9'] });

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    '203.0.113.15',
    '198.51.100.9',
    '::ffff:198.51.100.9',
    '2001:db8:0::1',
    'example.com',
    '203.0.113.0/24',
  ])('holds %s, and says why', (address) => {
    expect(allowed(address)).toMatch(/\w/);
  });

  it.each(['203.0.113.16', '8.8.8.8', '2001:db8::2', '172.32.0.1'])('does not hold %s', (address) => {
    expect(allowed(address)).toBeUndefined();
  });

  it('leaves private networks out when that is said, never loopback', () => {
    const strict = allowListOf({ entries: [], blocksPrivate: true });
    expect(strict('10.1.2.3')).toBeUndefined();
    expect(strict('127.0.0.1')).toMatch('loopback');
  });

  it('refuses an entry that is neither', () => {
    expect(() => allowListOf({ entries: ['home'] })).toThrow('"home" can\'t be on the allow-list');
  });
});
