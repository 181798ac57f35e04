import type { Rule } from '@muster/schemas';

/** All fields of a rule that need not be given, as the schema fills them. */
export const bareRule: Omit<Rule, 'ruleId' | 'when' | 'verdict'> = {
  description: '',
  weight: 0,
  severity: 'WARNING',
  forMs: 0,
  title: '',
  labels: {},
  playbook: null,
  input: {},
  reviewers: 1,
  roles: [],
};
