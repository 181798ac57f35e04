import type { ConditionVariables } from './expression.ts';

/** What a rule of monitoring may look at: a sample of a metric, and the target's tier and owner. */
export const signalVariables: ConditionVariables = {
  value: 'double',
  target: 'string',
  name: 'string',
  unit: 'string',
  category: 'string',
  labels: 'map<string, string>',
  tier: 'string',
  owner: 'string',
};
