import { describe, expect, it } from 'vitest';
import { incident, policy } from '../test/given.ts';
import { remediesFor } from './remedies.ts';
import { ruleBook } from './rule-book.ts';

describe('the defaults of the coordinator', () => {
  const book = ruleBook('coordinator', []);
  it.each([
    ['slow', ['latency_ms{route=\\/cart}'], ['restart']],
    ['leaking', ['memory_mb'], ['restart']],
    ['failing', ['error_share', 'requests_per_s'], ['restart']],
    ['saturated', ['cpu_percent'], ['scale']],
    ['slow because saturated', ['latency_ms', 'cpu_percent'], ['scale']],
    ['of too few orders', ['orders_per_min'], []],
  ])('an incident that is %s', (_, signals, playbooks) => {
    const { remedies, problems } = remediesFor(book, incident(signals));
    expect(problems).toEqual([]);
    expect(remedies.map(({ playbook }) => playbook)).toEqual(playbooks);
    for (const { input } of remedies) expect(input).toEqual({ target: 'shop' });
  });

  it.each([
    ['is only worth knowing', { severity: 'INFO' }],
    ['is resolved', { status: 'RESOLVED' }],
    ['is about another target', { target: 'till' }],
  ] as const)('start nothing when it %s', (_, change) => {
    expect(remediesFor(book, incident(['latency_ms'], change)).remedies).toEqual([]);
  });
});

it('a rule that can not be applied is told, and the others are', () => {
  const rules = [
    { verdict: 'RUN', playbook: 'a', when: 'incident.labels.zone == "x"' },
    { verdict: 'RUN', playbook: 'b', input: { count: 'incident.alertCount + 1' } },
    { verdict: 'RUN', playbook: 'c', when: 'incident.nothing' },
  ] as const;
  const off = policy([], { policyId: 'coordinator-defaults' });
  const { remedies, problems } = remediesFor(
    ruleBook('coordinator', [off, policy(rules, { agent: 'coordinator' })]),
    incident(['x', 'y']),
  );
  expect(remedies).toMatchObject([{ playbook: 'b', input: { count: 3 }, ruleId: 'r2', policyVersion: 1 }]);
  expect(problems).toMatchObject(
    [/^rule p\/r1 .*No such key: zone$/, /^rule p\/r3 .*nothing/].map((each) => expect.stringMatching(each)),
  );
});
