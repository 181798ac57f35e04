/** Two incidents that are one, and one that is two. */
import type { Topology } from './alert-change.ts';
import { worse } from './alert-change.ts';
import { areKnown, groupsOf } from './dependencies.ts';
import type { CorrelatedIncident } from './incident.ts';
import { note, shared, standing, withTarget } from './joining.ts';
import { limits } from './limits.ts';

/** The incident with another's alerts taken over. */
export function absorb(into: CorrelatedIncident, other: CorrelatedIncident, now: number): CorrelatedIncident {
  const members = new Map([...into.members, ...other.members].slice(0, limits.membersPerIncident));
  return {
    ...into,
    ...standing(members),
    members,
    targets: other.targets.reduce(withTarget, into.targets),
    severity: worse(into.severity, other.severity),
    alertCount: into.alertCount + other.alertCount,
    messageCount: into.messageCount + other.messageCount,
    evidenceCount: into.evidenceCount + other.evidenceCount,
    ordinaryCount: into.ordinaryCount + other.ordinaryCount,
    labels: shared(into.labels, other.labels),
    evidenceAt: Math.max(into.evidenceAt, other.evidenceAt),
    timeline: note(into.timeline, now, `Took over another incident: ${other.title}`),
  };
}

export const mergedInto = (incident: CorrelatedIncident, into: string, now: number): CorrelatedIncident => ({
  ...incident,
  status: 'MERGED',
  isFiring: false,
  resolvedAt: now,
  mergedInto: into,
});

/**
 * The parts of an incident that the topology holds apart: it grew by time alone, or the topology has changed since. The first part goes on
 * as the incident. Undefined when it is one.
 */
export function partsOf(
  incident: CorrelatedIncident,
  topology: Topology,
  newId: () => string,
  now: number,
): readonly CorrelatedIncident[] | undefined {
  if (incident.isMomentary || incident.targets.length < 2 || !areKnown(incident.targets, topology)) return undefined;
  if (incident.alertCount > incident.members.size) return undefined;
  const groups = groupsOf(incident.targets, topology);
  if (groups.length < 2) return undefined;
  const first = [...incident.members.values()][0]?.target;
  const ordered = groups.toSorted((a, b) => Number(b.includes(first ?? '')) - Number(a.includes(first ?? '')));
  return ordered.map((group, index) => {
    const members = new Map([...incident.members].filter(([, { target }]) => group.includes(target)));
    const kept = [...members.values()];
    const messageCount = kept.reduce((sum, { count }) => sum + count, 0);
    return {
      ...incident,
      ...standing(members),
      incidentId: index === 0 ? incident.incidentId : newId(),
      title: index === 0 ? incident.title : (kept[0]?.title ?? incident.title),
      openedAt: index === 0 ? incident.openedAt : now,
      severity: kept.map(({ severity }) => severity).reduce(worse, 'UNKNOWN'),
      members,
      targets: group,
      alertCount: members.size,
      evidenceCount: kept.filter(({ isEvidence }) => isEvidence).length,
      messageCount,
      timeline: note(incident.timeline, now, 'Parts of it have nothing to do with each other: they go on apart.'),
    };
  });
}
