import { isMoment, worse, type AlertChange, type Severity } from './alert-change.ts';
import { limits } from './limits.ts';

/** An alert of an incident. */
export type IncidentMember = {
  readonly fingerprint: string;
  readonly target: string;
  readonly title: string;
  readonly severity: Severity;
  readonly isFiring: boolean;
  /** It happens at moments: nobody says when it is over. */
  readonly isMoment: boolean;
  readonly startsAt: number;
  readonly endsAt: number | null;
  /** When it was last heard of, epoch ms. */
  readonly lastAt: number;
  /** Messages of it. */
  readonly count: number;
  /** Why it belongs to the incident, in a sentence. */
  readonly reason: string;
};

export type SuspectedCause = {
  readonly target: string;
  readonly fingerprint: string;
  /** Probability, 0 to 1. */
  readonly confidence: number;
  /** The strongest first. */
  readonly reasons: readonly string[];
};

/** One problem worth a response, as a plain value: everything an Incident record tells. */
export type CorrelatedIncident = {
  readonly incidentId: string;
  readonly status: 'OPEN' | 'RESOLVED' | 'MERGED';
  /** The worst it has been since it was opened. */
  readonly severity: Severity;
  readonly title: string;
  /** The first of its alerts by number are kept; of more only the count. */
  readonly members: ReadonlyMap<string, IncidentMember>;
  readonly alertCount: number;
  readonly messageCount: number;
  readonly cause: SuspectedCause | null;
  /** Targets that suffer from the cause. */
  readonly impact: readonly string[];
  readonly timeline: readonly TimelineEntry[];
  readonly labels: Readonly<Record<string, string>>;
  readonly openedAt: number;
  /** When something new or unusual last came to it, epoch ms. */
  readonly evidenceAt: number;
  readonly resolvedAt: number | null;
  readonly reopened: number;
  readonly mergedInto: string | null;
};

export type TimelineEntry = { readonly at: number; readonly text: string };

export const targetsOf = (incident: CorrelatedIncident): string[] => [
  ...new Set([...incident.members.values()].map(({ target }) => target)),
];

export function openIncident(incidentId: string, change: AlertChange, reason: string, now: number): CorrelatedIncident {
  const bare: CorrelatedIncident = {
    incidentId,
    status: 'OPEN',
    severity: change.severity,
    title: change.title,
    members: new Map(),
    alertCount: 0,
    messageCount: 0,
    cause: null,
    impact: [],
    timeline: [],
    labels: change.labels,
    openedAt: now,
    evidenceAt: now,
    resolvedAt: null,
    reopened: 0,
    mergedInto: null,
  };
  return join(bare, change, reason, now);
}

/** The incident with the change taken into it. */
export function join(
  incident: CorrelatedIncident,
  change: AlertChange,
  reason: string,
  now: number,
): CorrelatedIncident {
  const known = incident.members.get(change.fingerprint);
  const member = memberOf(change, known, reason, now);
  const members =
    known !== undefined || incident.members.size < limits.membersPerIncident
      ? new Map(incident.members).set(change.fingerprint, member)
      : incident.members;
  const isNew = known === undefined;
  return {
    ...incident,
    members,
    severity: worse(incident.severity, change.severity),
    alertCount: incident.alertCount + (isNew ? 1 : 0),
    messageCount: incident.messageCount + Math.max(1, change.foldedCount),
    labels: isNew ? shared(incident.labels, change.labels) : incident.labels,
    evidenceAt: now,
    timeline: isNew ? note(incident.timeline, now, `${change.title} (${change.target}): ${reason}`) : incident.timeline,
  };
}

function memberOf(change: AlertChange, known: IncidentMember | undefined, reason: string, now: number): IncidentMember {
  return {
    fingerprint: change.fingerprint,
    target: change.target,
    title: change.title,
    severity: change.severity,
    isFiring: change.transition !== 'RESOLVED',
    isMoment: isMoment(change) || (known?.isMoment ?? false),
    startsAt: known === undefined ? change.startsAt : Math.min(known.startsAt, change.startsAt),
    endsAt: change.transition === 'RESOLVED' ? (change.endsAt ?? now) : null,
    lastAt: now,
    count: (known?.count ?? 0) + Math.max(1, change.foldedCount),
    reason: known?.reason ?? reason,
  };
}

/** The incident with another's alerts taken over. */
export function absorb(into: CorrelatedIncident, other: CorrelatedIncident, now: number): CorrelatedIncident {
  const members = new Map([...into.members, ...other.members].slice(0, limits.membersPerIncident));
  return {
    ...into,
    members,
    severity: worse(into.severity, other.severity),
    alertCount: into.alertCount + other.alertCount,
    messageCount: into.messageCount + other.messageCount,
    labels: shared(into.labels, other.labels),
    evidenceAt: Math.max(into.evidenceAt, other.evidenceAt),
    timeline: note(into.timeline, now, `Took over ${other.incidentId}: ${other.title}`),
  };
}

/** The timeline with one more entry: of very many the first and the last are kept. */
export function note(timeline: readonly TimelineEntry[], at: number, text: string): readonly TimelineEntry[] {
  const grown = [...timeline, { at, text }];
  const half = limits.timelineEntries / 2;
  return grown.length <= limits.timelineEntries ? grown : [...grown.slice(0, half), ...grown.slice(-half)];
}

const shared = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(a).filter(([name, value]) => b[name] === value));
