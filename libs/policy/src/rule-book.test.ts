import type { Policy } from '@muster/schemas';
import { describe, expect, it } from 'vitest';
import { noDefaults, policy } from '../test/given.ts';
import { defaultPolicies } from './generated/default-policies.ts';
import { isRuledAgent, ruleBook, ruleBookOf, ruleName } from './rule-book.ts';

describe('a rule book', () => {
  it('has the rules of enabled policies of one agent, by policy id and then in order', () => {
    const book = ruleBook('approval', [
      policy([{}, {}], { policyId: 'b' }),
      policy([{}], { policyId: 'a' }),
      policy([{}], { policyId: 'c', isEnabled: false }),
      policy([{ verdict: 'ALERT' }], { policyId: 'd', agent: 'monitoring' }),
      noDefaults,
    ]);
    expect(book.map(ruleName)).toEqual(['a/r1', 'b/r1', 'b/r2']);
  });

  it('compiles only what has changed', () => {
    const first = policy([{ when: 'frozen' }], { policyId: 'a' });
    const before = ruleBook('approval', [first, noDefaults]);
    const after = ruleBook('approval', [first, policy([{}]), noDefaults], before);
    expect(after[0]).toBe(before[0]);
    expect(after).toHaveLength(2);
  });

  it('follows its table, and is compiled once for a version of it', () => {
    const rows = new Map<string, Policy>([['defaults', noDefaults]]);
    const table = { values: () => rows.values(), version: 1 };
    const book = ruleBookOf('approval', table);
    expect(ruleBookOf('approval', table)).toBe(book);
    rows.set('p', policy([{}]));
    table.version = 2;
    expect(ruleBookOf('approval', table).map(ruleName)).toEqual(['p/r1']);
    expect(ruleBookOf('monitoring', table)).toEqual([]);
  });

  it('has no problem with the defaults', () => {
    for (const { agent } of defaultPolicies) {
      if (!isRuledAgent(agent)) throw new Error(`${agent} has no grammar`);
      const problems = ruleBook(agent, []).filter(({ problem }) => problem !== undefined);
      expect(problems).toEqual([]);
    }
  });

  it.each([
    [{ verdict: 'RUN' }, 'names no playbook'],
    [{ verdict: 'RUN', playbook: 'restart', input: { target: 'incident.taget' } }, 'did you mean target?'],
    [{ verdict: 'ALLOW' }, 'says ALLOW, and coordinator knows only RUN'],
  ] as const)('says what is wrong with %j', (rule, problem) => {
    const off = policy([], { policyId: 'coordinator-defaults' });
    const [booked] = ruleBook('coordinator', [off, policy([rule], { agent: 'coordinator' })]);
    expect(booked?.problem).toContain(problem);
  });
});
