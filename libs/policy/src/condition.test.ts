import { describe, expect, it } from 'vitest';
import { conditionCompiler, ConditionError } from './index.ts';

const compile = conditionCompiler({ value: 'double', name: 'string', labels: 'map<string, string>', target: 'dyn' });
const facts = { value: 120, name: 'latency_ms', labels: { route: '/cart' }, target: { tier: 'CRITICAL' } };

describe('a condition', () => {
  it.each([
    ['value > 100', true],
    ['value > 100.0 && name == "latency_ms"', true],
    ['labels.route == "/checkout"', false],
    ['has(labels.zone) && labels.zone == "a"', false],
    ['target.tier in ["CRITICAL", "HIGH"]', true],
    ['name.matches("^latency_")', true],
  ])('%s is %s', (source, expected) => {
    expect(compile(source).holds(facts)).toBe(expected);
  });

  it.each([
    ['value >', 'does not parse'],
    ['vlaue > 1', 'Unknown variable: vlaue; it may use value, name, labels, target'],
    ['name > 3', 'no such overload: string > int'],
    ['value', 'yields double, but must be true or false'],
    ['  ', 'is empty'],
    ['name.matches("^(a+)+$")', 'repeats a group'],
    [`value > ${'1'.repeat(5_000)}`, 'characters long'],
  ])('%s is refused: %s', (source, reason) => {
    expect(() => compile(source)).toThrow(ConditionError);
    expect(() => compile(source)).toThrow(reason);
  });

  it('says so when the facts lack what it asks for', () => {
    expect(() => compile('target.owner == "shop"').holds(facts)).toThrow("can't be applied: No such key: owner");
  });

  it('says so when what it looks up is not a boolean', () => {
    expect(() => compile('target.tier').holds(facts)).toThrow('yields string, but must be true or false');
  });
});

describe('a condition over a variable of known shape', () => {
  const change = { class: 'string', blastRadius: 'double', failures: 'int', tags: 'list<string>' };
  const check = conditionCompiler({ change, frozen: 'bool' });
  const known = { change: { class: 'restart', blastRadius: 0.5, failures: 2n, tags: ['a', 'b'] }, frozen: false };

  it.each([
    ['change.class == "restart" && change.blastRadius <= 0.5', true],
    ['change.failures == 2', true],
    ['change.tags.exists(a, change.tags.exists(b, a != b))', true],
    ['frozen', false],
  ])('%s is %s', (source, expected) => {
    expect(check(source).holds(known)).toBe(expected);
  });

  it.each([
    [
      'change.blastRaduis < 0.5',
      'No such key: blastRaduis; change has class, blastRadius, failures, tags; did you mean blastRadius?',
    ],
    ['frozn', 'Unknown variable: frozn; it may use change, frozen; did you mean frozen?'],
    ['change.class == "a" &&\n  change.clas == "b"', 'did you mean class? (line 2, column 10)'],
    ['change.class.matches(change.tags[0])', 'a pattern that is computed'],
    [
      'change.tags.all(a, change.tags.all(b, change.tags.all(c, a != b && b != c)))',
      'has loops (all, exists, exists_one, map, filter) more than 2 deep',
    ],
  ])('%s is refused: %s', (source, reason) => {
    expect(() => check(source)).toThrow(reason);
  });
});
