import { describe, expect, it } from 'vitest';
import { circumstances, flagNamed, request } from '../test/given.ts';
import { isReversible, unmetRequirements } from './change-facts.ts';

describe('what a change requires', () => {
  it.each([
    ['nothing', [], []],
    ['what is so', ['!frozen', 'target.tier == "STANDARD"', 'change.input.instances == 4'], []],
    ['what is not', ['frozen'], ['it requires frozen, which is not so']],
  ])('%s', (_, requires, expected) => {
    expect(unmetRequirements(circumstances({ request: request({ requires, input: '{"instances":4}' }) }))).toEqual(
      expected,
    );
  });

  it.each([
    ['frozn', "can't be judged: condition `frozn`: Unknown variable: frozn"],
    ['history.verified > 2', 'Unknown variable: history'],
    ['change.input.size > 1', 'No such key: size'],
  ])('%s: %s', (requirement, reason) => {
    const [unmet] = unmetRequirements(circumstances({ request: request({ requires: [requirement] }) }));
    expect(unmet).toContain(reason);
  });

  it('may be so at the decision, and no more at the execution', () => {
    const asked = { request: request({ requires: ['!frozen'] }), flags: [flagNamed('freeze', { startsAt: 2_000 })] };
    expect(unmetRequirements(circumstances({ ...asked, now: 1_999 }))).toEqual([]);
    expect(unmetRequirements(circumstances({ ...asked, now: 2_000 }))).toHaveLength(1);
  });
});

it('a change can be taken back when something undoes it or nothing is left of it', () => {
  const undo = { capability: 'x', input: '{}' };
  expect(isReversible(request({ changeClass: 'scale' }))).toBe(false);
  expect(isReversible(request({ changeClass: 'scale', undo }))).toBe(true);
  expect(isReversible(request({ changeClass: 'restart' }))).toBe(true);
});
