import { bareRule } from '@muster/policy';
import type { Policy, Rule } from '@muster/schemas';
import type { Series } from './series-state.ts';
import { compileRule, type StaticRule } from './static-rules.ts';

/** Monitoring's signals about its own rules, one series per rule (labels `policyId` and `ruleId`), from all instances. */
export const own = {
  target: 'muster/monitoring',
  category: 'MESH',
  /** Samples that a rule was applied to since the last report; 0 is reported too. */
  samples: 'rule_samples',
  /** Samples that it could not be applied to; reported when there are any. */
  failures: 'rule_failures',
} as const;

/** Without a report for so long, the rule is no longer in force. */
export const ownForgetAfterMs = 3_600_000;

const dayMs = 24 * 3_600_000;
const base = { ...bareRule, verdict: 'ALERT', severity: 'INFO' } as const;
const rules: readonly Rule[] = [
  {
    ...base,
    ruleId: 'matches-nothing',
    description:
      'No series of the last 24 hours is one this rule is about: its names or labels may be misspelt, or what it watched is gone.',
    when: `name == '${own.samples}' && value == 0.0`,
    forMs: dayMs,
    title: 'rule {labels.ruleId} of policy {labels.policyId} has matched nothing for 24 h',
  },
  {
    ...base,
    ruleId: 'cannot-be-applied',
    description:
      'Some samples lack what the condition asks for, mostly a label: guard it, as in has(labels.route) && labels.route == "/cart".',
    when: `name == '${own.failures}' && value > 0.0`,
    title: 'rule {labels.ruleId} of policy {labels.policyId} can not be applied to {value} samples',
  },
];
const policy: Policy = {
  envelope: { id: own.target, time: 0, source: 'monitoring', correlationId: own.target, causationId: null },
  policyId: 'muster-monitoring',
  version: 1,
  agent: 'monitoring',
  description: 'What monitoring says about the rules it was given',
  isEnabled: true,
  rules,
};

/** The rules about the rules; they are the only ones applied to monitoring's own signals. */
export const ownRules: readonly StaticRule[] = rules
  .map((rule) => compileRule(policy, rule))
  .filter((compiled) => typeof compiled !== 'string');

export function isOwn({ category, target }: Series): boolean {
  return category === own.category && target === own.target;
}

/** What agents of the mesh count about their own work: for rules to look at, and not learned, or every storm of alerts would raise alerts about itself. */
export function isOfMesh({ category, target }: Series): boolean {
  return category === own.category && target.startsWith('muster/');
}
