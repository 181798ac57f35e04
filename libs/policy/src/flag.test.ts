import type { Flag } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { flagInForce, isInForce, matchesGlob } from './flag.ts';

const now = 1_000;
const flag = (change: Partial<Flag>): Flag => ({
  envelope: { id: '1', time: 0, source: 'test', correlationId: 'c', causationId: null },
  flag: 'kill-switch',
  isOn: true,
  startsAt: null,
  endsAt: null,
  targets: [],
  reason: '',
  setBy: '',
  ...change,
});

describe('a flag', () => {
  it.each([
    ['that is on, holds for all', {}, 'shop', true],
    ['that is on, holds for what has no target', {}, null, true],
    ['that is off, does not hold', { isOn: false }, 'shop', false],
    ['holds from its start', { startsAt: now }, 'shop', true],
    ['does not hold before its start', { startsAt: now + 1 }, 'shop', false],
    ['does not hold from its end on', { endsAt: now }, 'shop', false],
    ['with targets holds for those', { targets: ['shop*'] }, 'shop-2', true],
    ['with targets does not hold for others', { targets: ['shop*'] }, 'till', false],
    ['with targets does not hold for what has none', { targets: ['*'] }, null, false],
  ])('%s', (_, change, target, expected) => {
    expect(isInForce(flag(change), target, now)).toBe(expected);
  });

  it('is found by name or family, the first by name', () => {
    const flags = [
      flag({ flag: 'kill-switches' }),
      flag({ flag: 'kill-switch/b' }),
      flag({ flag: 'kill-switch/a', targets: ['till'] }),
      flag({ flag: 'shadow' }),
    ];
    expect(flagInForce(flags, 'kill-switch', 'shop', now)?.flag).toBe('kill-switch/b');
    expect(flagInForce(flags, 'kill-switch', 'till', now)?.flag).toBe('kill-switch/a');
    expect(flagInForce(flags, 'freeze', 'till', now)).toBeUndefined();
  });
});

describe('a glob', () => {
  it.each([
    ['shop', 'shop', true],
    ['shop', 'shops', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['shop-*-eu', 'shop-1-eu', true],
    ['shop-*-eu', 'shop-eu', false],
    ['*b*b*', 'abcb', true],
    ['*b*b*', 'ab', false],
    ['*b*b', 'ab b', true],
  ])('%s and %s', (pattern, text, expected) => {
    expect(matchesGlob(pattern, text)).toBe(expected);
  });
});
