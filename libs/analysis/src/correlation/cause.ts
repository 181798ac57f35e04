import type { Topology } from './alert-change.ts';
import { dependenciesOf } from './dependencies.ts';
import type { CorrelatedIncident, IncidentMember } from './incident.ts';

export type Suspicion = Pick<CorrelatedIncident, 'cause' | 'impact'>;

/** How much speaks for a cause, in nats: confidence is the share of its exponential in the sum. */
const weightOf = { perDependent: 1, first: 1, dependsOnAnother: -2, critical: 0.5, ordinary: -4, ended: -0.5 } as const;

/** The alert that most likely tells of the cause: what most of the others depend on, then what began first. */
export function suspect({ members, targets }: CorrelatedIncident, topology: Topology): Suspicion {
  const dependencies = new Map(targets.map((each) => [each, dependenciesOf(each, topology)]));
  const all = [...members.values()];
  const firstAt = Math.min(...all.filter(({ isEvidence }) => isEvidence).map(({ startsAt }) => startsAt));
  const judged = all
    .map((member) => judge(member, targets, dependencies, firstAt))
    .sort((a, b) => b.score - a.score || a.member.startsAt - b.member.startsAt);
  const best = judged[0];
  if (best === undefined) return { cause: null, impact: [] };
  // Alerts of one target do not compete: it is the target that causes.
  const byTarget = new Map<string, number>();
  for (const { member, score } of judged)
    byTarget.set(member.target, Math.max(byTarget.get(member.target) ?? -Infinity, score));
  const sum = [...byTarget.values()].reduce((total, score) => total + Math.exp(score - best.score), 0);
  const { target, fingerprint } = best.member;
  return { cause: { target, fingerprint, confidence: 1 / sum, reasons: best.reasons }, impact: best.dependents };
}

function judge(
  member: IncidentMember,
  targets: readonly string[],
  dependencies: ReadonlyMap<string, ReadonlySet<string>>,
  firstAt: number,
) {
  const { target } = member;
  const dependents = targets.filter((each) => dependencies.get(each)?.has(target) === true);
  const above = targets.find((each) => dependencies.get(target)?.has(each) === true);
  const isFirst = member.startsAt === firstAt && member.isEvidence;
  const reasons = [
    ...(dependents.length > 0 ? [`${dependents.length} of the targets with alerts depend on ${target}`] : []),
    ...(isFirst ? ['it began first'] : []),
    ...(targets.length === 1 ? ['all alerts are about it'] : []),
    ...(member.severity === 'CRITICAL' ? ['it is critical'] : []),
    ...(above === undefined ? [] : [`though it depends on ${above}, which has an alert too`]),
  ];
  const score =
    weightOf.perDependent * dependents.length +
    (isFirst ? weightOf.first : 0) +
    (above === undefined ? 0 : weightOf.dependsOnAnother) +
    (member.severity === 'CRITICAL' ? weightOf.critical : 0) +
    (member.isEvidence ? 0 : weightOf.ordinary) +
    (member.isFiring ? 0 : weightOf.ended);
  return { member, dependents, reasons: reasons.length > 0 ? reasons : ['nothing speaks for another'], score };
}
