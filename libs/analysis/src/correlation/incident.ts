import type { Severity } from './alert-change.ts';

/** An alert of an incident. */
export type IncidentMember = {
  readonly fingerprint: string;
  /** What kind of alert it is, wherever it comes up. */
  readonly kind: string;
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
  /** Whether it speaks for the incident; what is ordinary and only near it does not. */
  readonly isEvidence: boolean;
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
  /** The first of its alerts; of very many the rest is only counted. */
  readonly members: ReadonlyMap<string, IncidentMember>;
  /** What its alerts are about; of very many the first. */
  readonly targets: readonly string[];
  /** What these depend on, as far as the topology knew when it last grew. */
  readonly dependsOn: readonly string[];
  /** The topology knew all of its targets. */
  readonly isKnown: boolean;
  readonly alertCount: number;
  readonly messageCount: number;
  /** Unusual alerts and ongoing conditions, each time they came. */
  readonly evidenceCount: number;
  /** Messages of ordinary alerts that were heard near it. */
  readonly ordinaryCount: number;
  readonly cause: SuspectedCause | null;
  /** Targets that suffer from the cause. */
  readonly impact: readonly string[];
  readonly timeline: readonly TimelineEntry[];
  /** Labels that all its alerts share. */
  readonly labels: Readonly<Record<string, string>>;
  readonly openedAt: number;
  /** When something unusual last came to it, epoch ms. */
  readonly evidenceAt: number;
  /** A condition of it holds. */
  readonly isFiring: boolean;
  /** All of it are moments. */
  readonly isMomentary: boolean;
  /** When its last condition ended, epoch ms; 0 while none has. */
  readonly easedAt: number;
  readonly resolvedAt: number | null;
  readonly reopened: number;
  readonly mergedInto: string | null;
};

export type TimelineEntry = { readonly at: number; readonly text: string };
