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
