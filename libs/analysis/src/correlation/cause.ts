import type { Topology } from './alert-change.ts';
import type { CorrelatedIncident, IncidentMember, SuspectedCause } from './incident.ts';
import { reaches } from './relation.ts';

export type Suspicion = { readonly cause: SuspectedCause | null; readonly impact: readonly string[] };

/** The alert that most likely tells of the cause: what most of the others depend on, then what began first. */
export function suspect(incident: CorrelatedIncident, topology: Topology): Suspicion {
  const members = [...incident.members.values()];
  const targets = [...new Set(members.map(({ target }) => target))];
  const firstAt = Math.min(...members.map(({ startsAt }) => startsAt));
  const judged = members.map((member) => judge(member, targets, firstAt, topology)).sort((a, b) => b.score - a.score);
  const best = judged[0];
  if (best === undefined) return { cause: null, impact: [] };
  const sum = judged.reduce((total, { score }) => total + Math.exp(score), 0);
  const confidence = Math.exp(best.score) / sum;
  const { target, fingerprint } = best.member;
  return { cause: { target, fingerprint, confidence, reasons: best.reasons }, impact: best.dependents };
}

function judge(member: IncidentMember, targets: readonly string[], firstAt: number, topology: Topology) {
  const dependents = targets.filter((each) => each !== member.target && reaches(each, member.target, topology));
  const isFirst = member.startsAt === firstAt;
  const reasons = [
    ...(dependents.length > 0 ? [`${dependents.length} of its targets depend on ${member.target}`] : []),
    ...(isFirst ? ['it began first'] : []),
    ...(targets.length === 1 ? ['all alerts are about it'] : []),
  ];
  return { member, dependents, reasons, score: 2 * dependents.length + (isFirst ? 1 : 0) };
}
