/** Alerts come to an incident: what it is then. */
import { isMoment, kindOf, worse, type AlertChange } from './alert-change.ts';
import type { CorrelatedIncident, IncidentMember, TimelineEntry } from './incident.ts';
import { limits } from './limits.ts';

/** How a change comes to an incident: as evidence for it, or ordinary and only near it. */
export type Joining = {
  readonly reason: string;
  readonly isEvidence: boolean;
  /** It shows that what was evidence goes on. */
  readonly isGoingOn: boolean;
  readonly now: number;
};

/** An incident of which nothing is known yet but its first alert. */
export const openIncident = (incidentId: string, change: AlertChange, joining: Joining): CorrelatedIncident =>
  join(
    {
      incidentId,
      status: 'OPEN',
      severity: change.severity,
      title: change.title,
      members: new Map(),
      targets: [],
      dependsOn: [],
      isKnown: false,
      alertCount: 0,
      messageCount: 0,
      evidenceCount: 0,
      ordinaryCount: 0,
      cause: null,
      impact: [],
      timeline: [],
      labels: change.labels,
      openedAt: joining.now,
      evidenceAt: joining.now,
      isFiring: false,
      isMomentary: true,
      easedAt: 0,
      resolvedAt: null,
      reopened: 0,
      mergedInto: null,
    },
    change,
    joining,
  );

/** The incident with the change taken into it. */
export function join(incident: CorrelatedIncident, change: AlertChange, joining: Joining): CorrelatedIncident {
  const { reason, isEvidence, isGoingOn, now } = joining;
  const known = incident.members.get(change.fingerprint);
  const isNew = known === undefined;
  const member = memberOf(change, known, joining);
  const isKept = !isNew || incident.members.size < limits.membersPerIncident;
  const members = isKept ? new Map(incident.members).set(change.fingerprint, member) : incident.members;
  const count = messagesOf(change);
  const isTold = isNew && isEvidence;
  return {
    ...incident,
    ...(isKept ? standing(members) : {}),
    members,
    targets: withTarget(incident.targets, change.target),
    severity: worse(incident.severity, change.severity),
    alertCount: incident.alertCount + (isNew && (isKept || change.transition === 'FIRED') ? 1 : 0),
    messageCount: incident.messageCount + count,
    evidenceCount: incident.evidenceCount + (isEvidence ? 1 : 0),
    ordinaryCount: incident.ordinaryCount + (member.isEvidence ? 0 : count),
    labels: isTold ? shared(incident.labels, change.labels) : incident.labels,
    evidenceAt: isEvidence || isGoingOn ? now : incident.evidenceAt,
    timeline: isTold
      ? note(incident.timeline, now, `${change.title} (${change.target}): ${reason}`)
      : incident.timeline,
  };
}

function memberOf(change: AlertChange, known: IncidentMember | undefined, joining: Joining): IncidentMember {
  const { reason, isEvidence, now } = joining;
  const isOver = change.transition === 'RESOLVED';
  return {
    fingerprint: change.fingerprint,
    kind: kindOf(change),
    target: change.target,
    title: change.title,
    severity: change.severity,
    isFiring: !isOver,
    isMoment: known?.isMoment ?? isMoment(change),
    startsAt: Math.min(known?.startsAt ?? change.startsAt, change.startsAt),
    endsAt: isOver ? (change.endsAt ?? now) : null,
    lastAt: now,
    count: (known?.count ?? 0) + messagesOf(change),
    isEvidence: isEvidence || (known?.isEvidence ?? false),
    reason: known?.reason ?? reason,
  };
}

/** What follows from the members alone. */
export function standing(
  members: CorrelatedIncident['members'],
): Pick<CorrelatedIncident, 'isFiring' | 'isMomentary' | 'easedAt'> {
  let isFiring = false;
  let isMomentary = true;
  let easedAt = 0;
  for (const member of members.values()) {
    if (member.isMoment) continue;
    isMomentary = false;
    isFiring ||= member.isFiring;
    easedAt = Math.max(easedAt, member.lastAt);
  }
  return { isFiring, isMomentary, easedAt };
}

/** Messages that a change stands for: the one that fires, and those folded. A message that makes REPEATED is among those. */
export const messagesOf = ({ transition, foldedCount }: AlertChange): number =>
  transition === 'FIRED' ? foldedCount + 1 : foldedCount;

export const withTarget = (targets: readonly string[], target: string): readonly string[] =>
  targets.includes(target) || targets.length >= limits.membersPerIncident ? targets : [...targets, target];

/** The timeline with one more entry: of very many the first and the last are kept. */
export function note(timeline: readonly TimelineEntry[], at: number, text: string): readonly TimelineEntry[] {
  const grown = [...timeline, { at, text }];
  const half = limits.timelineEntries / 2;
  return grown.length <= limits.timelineEntries ? grown : [...grown.slice(0, half), ...grown.slice(-half)];
}

export const shared = (
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(a).filter(([name, value]) => b[name] === value));
