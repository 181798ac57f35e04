import type { Table } from '@muster/agent';
import type { CorrelatedIncident, IncidentMember } from '@muster/analysis';
import type { IncidentAlertInput, IncidentInput, Target, TimelineEntryInput } from '@muster/schemas';
import { isWorse } from './alert-state.ts';
import { dependentsOf } from './impact.ts';

/** An incident as the mesh hears of it. `notes`: what happened to it besides what grouping itself did. */
export function incidentRecord(
  incident: CorrelatedIncident,
  scope: string,
  notes: readonly TimelineEntryInput[],
  targets: Table<Target>,
): IncidentInput {
  const { incidentId, status, severity, openedAt, resolvedAt, reopened, mergedInto, labels, cause } = incident;
  const { alertCount, messageCount } = incident;
  const alerts = [...incident.members.values()].toSorted(weightiestFirst);
  const target = cause?.target ?? alerts[0]?.target ?? '';
  const dependents = dependentsOf(target, targets);
  return {
    incidentId,
    status,
    severity,
    title: titleOf(incident),
    scope,
    target,
    targets: [...new Set([target, ...incident.targets])],
    alerts: alerts.map(alertOf),
    alertCount,
    foldedCount: Math.max(0, messageCount - alertCount),
    suspectedCause: cause,
    // Those that already alert are the ones that are known to suffer.
    impact: [...new Set([...incident.impact, ...dependents])],
    timeline: [...incident.timeline, ...notes].toSorted((a, b) => a.at - b.at),
    openedAt,
    resolvedAt,
    reopened,
    mergedInto,
    labels,
  };
}

function titleOf({ title, members, cause, alertCount }: CorrelatedIncident): string {
  const first = (cause === null ? undefined : members.get(cause.fingerprint)?.title) ?? title;
  return alertCount > 1 ? `${first}, and ${alertCount - 1} more alert${alertCount > 2 ? 's' : ''}` : first;
}

function alertOf(member: IncidentMember): IncidentAlertInput {
  const { fingerprint, target, title, severity, isFiring, startsAt, endsAt, count, reason } = member;
  return { fingerprint, target, title, severity, isFiring, startsAt, endsAt, count, reason };
}

function weightiestFirst(a: IncidentMember, b: IncidentMember): number {
  if (a.isFiring !== b.isFiring) return a.isFiring ? -1 : 1;
  if (a.severity !== b.severity) return isWorse(a.severity, b.severity) ? -1 : 1;
  return a.startsAt - b.startsAt;
}
