import type { Matcher } from '@muster/schemas';
import { tableOf } from '@muster/testkit';
import { describe, expect, it } from 'vitest';
import { drive } from '../test/drive.ts';
import { beginAt, minuteMs, silenceOf } from '../test/given.ts';
import type { AlertFacts } from './alert-state.ts';
import { silenceBook } from './silence-book.ts';

const facts: AlertFacts = {
  fingerprint: 'shop/latency',
  target: 'shop',
  category: 'PERFORMANCE',
  severity: 'WARNING',
  title: 'shop is slow',
  score: 1,
  labels: { team: 'web', region: 'eu-1' },
};
const matcher = (label: string, operator: Matcher['operator'], value: string): Matcher => ({ label, operator, value });
describe('a silence is not in force', () => {
  it.each([
    ['without matchers', { matchers: [] }, 'has no matchers'],
    ['with an end before its start', { startsAt: beginAt, endsAt: beginAt - 1 }, 'before it starts'],
    ['with a bad expression', { matchers: [matcher('team', 'MATCH', 'we(b')] }, 'missing closing )'],
    ['with a look behind', { matchers: [matcher('team', 'NOT_MATCH', '(?<=a)b')] }, 'cannot be used'],
    ['with an expression that unfolds', { matchers: [matcher('team', 'MATCH', '((a|b){100}c){9}')] }, 'steps (limit'],
    ['with a very long one', { matchers: [matcher('team', 'MATCH', 'a.'.repeat(501))] }, 'characters long'],
    ['with an operator of another version', { matchers: [matcher('team', 'UNKNOWN', 'web')] }, 'unknown operator'],
    ['without a label', { matchers: [matcher('', 'EQUAL', 'web')] }, 'without a label'],
    ['that asks for nothing', { matchers: [matcher('team', 'NOT_EQUAL', 'web')] }, 'every alert that lacks'],
  ])('%s, mutes nothing and says so', (_, over, reason) => {
    const run = drive();
    run.silence(silenceOf(over));
    run.alert({ labels: { team: 'web' } });
    const problem = { target: 'muster/correlation', severity: 'INFO', title: 'silence s is not in force' };
    const [told] = run.published.map(({ value }) => value as { description: string });
    expect(told).toMatchObject({ ...problem, description: expect.stringContaining(reason) as string });
    expect(run.transitions.find(({ target }) => target === 'shop')?.silencedBy).toEqual([]);
  });

  it('until it is corrected', () => {
    const run = drive();
    run.silence(silenceOf({ matchers: [] }));
    run.silence(silenceOf());
    expect(run.transitions.map(({ transition }) => transition)).toEqual(['FIRED', 'RESOLVED']);
    expect(run.stateOf('silences', 's')).toBeUndefined();
  });

  it('until it is removed or over', () => {
    const run = drive();
    run.silence(silenceOf({ matchers: [] }));
    run.silence(silenceOf({ silenceId: 'brief', matchers: [], endsAt: beginAt + minuteMs }));
    run.tables.silences.remove('s');
    run.until(beginAt + 11 * minuteMs);
    expect(run.transitions.map(({ transition }) => transition)).toEqual(['FIRED', 'FIRED', 'RESOLVED', 'RESOLVED']);
  });
});

describe('ten thousand silences', () => {
  const table = tableOf<ReturnType<typeof silenceOf>>(({ silenceId }) => silenceId);
  for (let index = 0; index < 10_000; index += 1) {
    const words =
      index % 2 === 0 ? matcher('target', 'EQUAL', `t-${index}`) : matcher('host', 'MATCH', `h-${index}|g-${index}`);
    const more = matcher('region', 'MATCH', 'eu-.*');
    table.put(silenceOf({ silenceId: `s-${index}`, matchers: [more, words] }));
  }
  const about = (over: Partial<AlertFacts>): string[] =>
    silenceBook(table)
      .about({ ...facts, ...over })
      .map(({ silenceId }) => silenceId);

  it('are found by the value one of their matchers asks for', () => {
    expect(about({ target: 't-42' })).toEqual(['s-42']);
    expect(about({ target: 't-43' })).toEqual([]);
    expect(about({ target: 't-44', labels: { region: 'us-1' } })).toEqual([]);
    expect(about({ target: 't-44', labels: { region: 'eu-1', host: 'g-77' } })).toEqual(['s-44', 's-77']);
  });

  it('are made ready once, and only what changed is made ready again', () => {
    const book = silenceBook(table);
    expect(silenceBook(table)).toBe(book);
    table.put(silenceOf({ silenceId: 's-42', matchers: [] }));
    expect(silenceBook(table)).not.toBe(book);
    expect(about({ target: 't-42' })).toEqual([]);
    expect(about({ target: 't-44' })).toEqual(['s-44']);
  });
});
