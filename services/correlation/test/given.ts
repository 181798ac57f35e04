/** What tests begin with. */
import { bareRule } from '@muster/policy';
import type { Matcher, Policy, Rule, Silence, Target } from '@muster/schemas';

export const beginAt = Date.UTC(2026, 0, 5, 8);
export const minuteMs = 60_000;

const envelope = { id: 'e', time: beginAt, source: 'test', correlationId: 'c', causationId: null };

export function silenceOf(over: Partial<Silence> = {}): Silence {
  const matchers: readonly Matcher[] = [{ label: 'target', operator: 'EQUAL', value: 'shop' }];
  const times = { startsAt: beginAt - minuteMs, endsAt: beginAt + 60 * minuteMs };
  return { envelope, silenceId: 's', matchers, createdBy: 'ann', comment: '', ...times, ...over };
}

export function policyOf(rules: readonly Partial<Rule>[], over: Partial<Policy> = {}): Policy {
  const filled = rules.map((rule, index): Rule => ({
    ...bareRule,
    ruleId: `rule-${index + 1}`,
    when: 'false',
    verdict: 'INHIBIT',
    ...rule,
  }));
  const base = { envelope, policyId: 'p', version: 1, agent: 'correlation', description: '', isEnabled: true };
  return { ...base, rules: filled, ...over };
}

export function targetOf(target: string, dependsOn: readonly string[] = []): Target {
  return { envelope, target, description: '', owner: '', tier: 'STANDARD', dependsOn, labels: {} };
}
