import { describe, expect, it } from 'vitest';
import { flagOf } from './set-flag.ts';

const now = Date.UTC(2026, 10, 21);

describe('a flag that is asked for', () => {
  it('holds at once, for all and until it is switched off, unless something else is said', () => {
    expect(flagOf('shadow', true, { by: 'ann' }, now)).toEqual({
      flag: 'shadow',
      isOn: true,
      startsAt: null,
      endsAt: null,
      targets: [],
      reason: '',
      setBy: 'ann',
    });
  });

  it('has a window, by times or in how long', () => {
    const request = { from: '2026-11-27T00:00:00Z', until: '7d', targets: 'shop*, till ,', reason: 'the sale' };
    expect(flagOf('freeze/sale', true, request, now)).toMatchObject({
      startsAt: Date.UTC(2026, 10, 27),
      endsAt: now + 7 * 86_400_000,
      targets: ['shop*', 'till'],
    });
  });

  it.each([
    ['a name of several words', 'two words', {}, "can't be the name of a flag"],
    ['no reason for a kill switch', 'kill-switch', { reason: ' ' }, 'give --reason'],
    ['no reason for a freeze', 'freeze/sale', {}, 'give --reason'],
    ['a time that is none', 'shadow', { until: 'soon' }, '--until soon is not understood'],
    ['an end that is over', 'shadow', { until: '2026-11-20T00:00:00Z' }, 'is over before it begins'],
    ['an end before the beginning', 'shadow', { from: '2h', until: '1h' }, 'is over before it begins'],
  ])('is refused with %s', (_, name, request, sentence) => {
    expect(() => flagOf(name, true, request, now)).toThrow(sentence);
  });

  it('needs no reason to be switched off', () => {
    expect(flagOf('kill-switch', false, {}, now).isOn).toBe(false);
  });
});
