import { describe, expect, it } from 'vitest';
import { ConditionError, expressionCompiler } from './index.ts';

const compile = expressionCompiler({ input: 'dyn' });
const facts = { input: { count: 3, list: [{ a: 1 }], name: 'shop' } };

describe('an expression', () => {
  it.each<readonly [string, unknown]>([
    ['input.count + 1', 4],
    ['10 - input.count * 2', 4],
    ['size(input.list)', 1],
    ['input.list.map(each, each.a)', [1]],
    ['{"target": input.name, "instances": 2, "list": input.list}', { target: 'shop', instances: 2, list: [{ a: 1 }] }],
    ['input.name + "-2"', 'shop-2'],
    ['has(input.zone) ? input.zone : null', null],
    ['input.count == 3', true],
  ])('%s', (source, expected) => {
    expect(compile(source).valueOf(facts)).toEqual(expected);
  });

  it.each([
    ['', 'is empty'],
    ['input.', 'does not parse'],
    ['inptu.count', 'Unknown variable: inptu; it may use input'],
    ['"a".matches("(a+)+$")', 'repeats a group'],
  ])('%s is refused: %s', (source, reason) => {
    expect(() => compile(source)).toThrow(ConditionError);
    expect(() => compile(source)).toThrow(reason);
  });

  it('says so when the facts lack what it asks for', () => {
    expect(() => compile('input.zone').valueOf(facts)).toThrow("can't be applied: No such key: zone");
  });
});
