import type { Matcher } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { compileSilence, type SilencedFacts } from './silence.ts';

const facts: SilencedFacts = {
  fingerprint: 'shop/latency',
  target: 'shop',
  category: 'PERFORMANCE',
  severity: 'WARNING',
  title: 'shop is slow',
  labels: { team: 'web', region: 'eu-1' },
};
const matcher = (label: string, operator: Matcher['operator'], value: string): Matcher => ({ label, operator, value });
const isAbout = (...matchers: Matcher[]): boolean | string => {
  const compiled = compileSilence({ matchers, startsAt: 0, endsAt: 1 });
  return typeof compiled === 'string' ? compiled : compiled.isAbout(facts);
};

describe('a silence is about an alert when', () => {
  it.each([
    ['a label is equal', [matcher('team', 'EQUAL', 'web')], true],
    ['a label is another', [matcher('team', 'EQUAL', 'we')], false],
    ['a field is equal', [matcher('severity', 'EQUAL', 'WARNING')], true],
    ['all match, one not equal', [matcher('team', 'EQUAL', 'web'), matcher('region', 'NOT_EQUAL', 'us-1')], true],
    ['one of them does not match', [matcher('team', 'EQUAL', 'web'), matcher('region', 'NOT_EQUAL', 'eu-1')], false],
    ['an expression matches the whole value', [matcher('region', 'MATCH', 'eu-.')], true],
    ['an expression matches a part only', [matcher('region', 'MATCH', 'eu')], false],
    [
      'an expression does not match',
      [matcher('target', 'EQUAL', 'shop'), matcher('region', 'NOT_MATCH', 'us-.*')],
      true,
    ],
    ['one of several words matches', [matcher('team', 'MATCH', 'db|web')], true],
    ['none of several words matches', [matcher('team', 'MATCH', 'db|we')], false],
    ['a label it lacks is asked for', [matcher('zone', 'MATCH', '.+')], false],
    ['a label that everything inherits is asked for', [matcher('constructor', 'MATCH', '.+')], false],
  ])('%s', (_, matchers, expected) => {
    expect(isAbout(...matchers)).toBe(expected);
  });

  it('takes no time for an expression that would take for ever elsewhere', () => {
    const compiled = compileSilence({ matchers: [matcher('team', 'MATCH', '(a+)+b')], startsAt: 0, endsAt: 1 });
    if (typeof compiled === 'string') throw new Error(compiled);
    expect(compiled.isAbout({ ...facts, labels: { team: 'a'.repeat(4_000) } })).toBe(false);
  });
});
