import { describe, expect, it } from 'vitest';
import { drive, policyOf, type Drive } from '../test/drive.ts';

const changes = (run: Drive): string[] =>
  run.told.map(({ status, title, description }) => `${status} ${title}: ${description}`);
const bad = policyOf([
  { ruleId: 'good', when: 'value > 1.0' },
  { ruleId: 'typo', when: 'vlaue > 1.0' },
  { ruleId: 'good', when: 'value > 2.0' },
  { ruleId: 'deny', when: 'value > 1.0', verdict: 'DENY' },
]);

describe('a rule that cannot be in force', () => {
  it('is said at once, with what is wrong, and the others hold', () => {
    const run = drive();
    run.policy(bad);
    expect(changes(run)).toEqual([
      expect.stringMatching(
        /^FIRING rule typo of policy p is not in force: It does not compile: .*Unknown variable: vlaue; it may use value, target/,
      ),
      'FIRING rule good of policy p is not in force: It has the id of another rule of its policy',
      'FIRING rule deny of policy p is not in force: It says DENY, and monitoring knows only ALERT',
    ]);
    expect(run.told[0]).toMatchObject({
      fingerprint: 'muster/monitoring/rule-problem/p/typo',
      target: 'muster/monitoring',
      category: 'MESH',
      severity: 'INFO',
    });
    run.sample({ value: 1.5 });
    expect(run.told.at(-1)?.fingerprint).toBe('shop/latency_ms/rule/p/good');
  });

  it('is resolved when it is corrected, and not repeated when it is not', () => {
    const run = drive();
    run.policy(policyOf([{ ruleId: 'typo', when: 'vlaue > 1.0' }]));
    run.policy(policyOf([{ ruleId: 'typo', when: 'vlaue > 1.0' }], { version: 2 }));
    run.policy(policyOf([{ ruleId: 'typo', when: 'value > 1.0' }], { version: 3 }));
    expect(run.told.map(({ status }) => status)).toEqual(['FIRING', 'RESOLVED']);
    expect(run.told[1]?.correlationId).toBe(run.told[0]?.correlationId);
    expect(run.told[1]?.endsAt).toBe(run.now);
  });

  it('is resolved when its policy was deleted, though no handler hears of that', () => {
    const run = drive();
    run.policy(policyOf([{ ruleId: 'typo', when: 'vlaue > 1.0' }]));
    run.policies.remove('p');
    run.until(run.now + 600_000);
    expect(run.told.map(({ status }) => status)).toEqual(['FIRING', 'RESOLVED']);
    expect([...run.entries.values()].filter(({ state, wakeAt }) => state !== undefined || wakeAt !== null)).toEqual([]);
  });

  it('of another agent is none of its business', () => {
    const run = drive();
    run.policy(policyOf([{ when: 'vlaue > 1.0' }], { agent: 'approval' }));
    expect(run.told).toEqual([]);
  });
});
