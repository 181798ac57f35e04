import type { AlertTransition, Target } from '@muster/schemas';
import type { ConditionVariables } from './expression.ts';

const alertFields = {
  fingerprint: 'string',
  target: 'string',
  category: 'string',
  severity: 'string',
  title: 'string',
  labels: 'map<string, string>',
  tier: 'string',
  owner: 'string',
  dependsOn: 'list<string>',
};

/**
 * What a rule of correlation may look at: an alert that fires, and another by which it may be muted. `dependsOn`: targets its target cannot
 * work without, also by way of others.
 */
export const inhibitionVariables: ConditionVariables = { alert: alertFields, by: alertFields };

/** What conditions over {@link inhibitionVariables} look at of one alert. A target that is not in the topology is STANDARD and depends on nothing. */
export function alertFacts(
  alert: Pick<AlertTransition, 'fingerprint' | 'target' | 'category' | 'severity' | 'title' | 'labels'>,
  target: Target | undefined,
  dependsOn: readonly string[],
): Readonly<Record<string, unknown>> {
  const { fingerprint, category, severity, title, labels } = alert;
  const { tier, owner } = target ?? { tier: 'STANDARD', owner: '' };
  return { fingerprint, target: alert.target, category, severity, title, labels, tier, owner, dependsOn };
}
