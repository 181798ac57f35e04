import { describe, expect, it } from 'vitest';
import { matchersText, silenceOf } from './silence-request.ts';

const now = Date.UTC(2026, 10, 21);
const given = { now, user: 'ann', newId: () => 's-1' };

describe('a silence that is asked for', () => {
  it('holds from now on for as long as is said, and names who wants it', () => {
    const matchers = ['target=shop', 'severity!=CRITICAL', 'region=~eu-.*', 'team!~db|web'];
    const silence = silenceOf(matchers, { for: '2h', comment: 'new disks' }, given);
    expect(silence).toEqual({
      silenceId: 's-1',
      matchers: [
        { label: 'target', operator: 'EQUAL', value: 'shop' },
        { label: 'severity', operator: 'NOT_EQUAL', value: 'CRITICAL' },
        { label: 'region', operator: 'MATCH', value: 'eu-.*' },
        { label: 'team', operator: 'NOT_MATCH', value: 'db|web' },
      ],
      startsAt: now,
      endsAt: now + 7_200_000,
      createdBy: 'ann',
      comment: 'new disks',
    });
    expect(matchersText(silence.matchers)).toBe(matchers.join(' '));
  });

  it('has a window, a name and an owner, if they are given', () => {
    const request = { from: '1h', until: '2026-11-22T00:00:00Z', id: 'disks', by: 'bob', comment: 'x' };
    expect(silenceOf(['title==a=b'], request, given)).toMatchObject({
      silenceId: 'disks',
      matchers: [{ label: 'title', operator: 'EQUAL', value: '=a=b' }],
      startsAt: now + 3_600_000,
      endsAt: now + 86_400_000,
      createdBy: 'bob',
    });
  });

  const why = { comment: 'x' };
  it.each([
    ['no end', ['a=b'], why, 'A silence ends'],
    ['two ends', ['a=b'], { ...why, for: '1h', until: '2h' }, 'A silence ends'],
    ['an end that is over', ['a=b'], { ...why, until: '2026-11-20' }, 'over before it begins'],
    ['an end before its start', ['a=b'], { ...why, from: '2h', until: '1h' }, 'over before it begins'],
    ['a duration that is none', ['a=b'], { ...why, for: 'long' }, '--for long is not understood'],
    ['no comment', ['a=b'], { for: '1h' }, 'give --comment'],
    ['no matchers', [], { ...why, for: '1h' }, 'This silence has no matchers'],
    ['a matcher that is none', ['shop'], { ...why, for: '1h' }, 'shop is not understood'],
    ['a bad expression', ['a=~(b'], { ...why, for: '1h' }, 'missing closing )'],
    ['matchers that ask for nothing', ['a!=b'], { ...why, for: '1h' }, 'would mute every alert'],
    ['a bad id', ['a=b'], { ...why, for: '1h', id: 'a b' }, "can't be the id"],
  ])('is refused with %s', (_, matchers, request, sentence) => {
    expect(() => silenceOf(matchers, request, given)).toThrow(sentence);
  });
});
