/** What is ordinary and was heard near an incident: shown with it, never the greater part of it, and no reason to open one. */
import type { AlertChange, Severity } from './alert-change.ts';
import type { CorrelatedIncident } from './incident.ts';
import { join, messagesOf } from './joining.ts';
import { limits, minuteMs } from './limits.ts';
import { crowdOfMoments } from './relation.ts';

/** An ordinary alert, as it is remembered for a while. */
export type Ordinary = {
  readonly at: number;
  readonly alertId: string;
  readonly fingerprint: string;
  readonly target: string;
  readonly title: string;
  readonly severity: Severity;
  readonly startsAt: number;
  readonly count: number;
};

const keptMs = 45 * minuteMs;
/** What led up to an incident began at most so long before it. */
const leadUpMs = 30 * minuteMs;
/** At most this share of an incident's messages. */
const share = 0.05;

export function keep(recent: readonly Ordinary[], change: AlertChange, now: number): readonly Ordinary[] {
  const count = messagesOf(change);
  if (count === 0) return recent;
  const { alertId, fingerprint, target, title, severity, startsAt } = change;
  const kept = { at: now, alertId, fingerprint, target, title, severity, startsAt, count };
  const from = recent.findIndex(({ at }) => at > now - keptMs);
  return [...(from < 0 ? [] : recent.slice(from)), kept].slice(-limits.recentOrdinary);
}

export type Surrounded = {
  readonly incident: CorrelatedIncident;
  readonly rest: readonly Ordinary[];
  /** alertIds that came to it. */
  readonly joined: readonly string[];
};

/** Takes what is near a large incident of moments into it, the latest first. */
export function surround(incident: CorrelatedIncident, recent: readonly Ordinary[], now: number): Surrounded {
  const none = { incident, rest: recent, joined: [] };
  if (!incident.isMomentary || incident.evidenceCount < crowdOfMoments) return none;
  let room = share * incident.messageCount - incident.ordinaryCount;
  if (room < 1) return none;
  const taken = new Set<Ordinary>();
  let grown = incident;
  for (const each of recent.toReversed()) {
    if (each.at < incident.openedAt - leadUpMs) break;
    if (each.count > room) continue;
    room -= each.count;
    taken.add(each);
    grown = join(grown, changeOf(each), { reason: 'ordinary, but near it', isEvidence: false, isGoingOn: false, now });
  }
  if (taken.size === 0) return none;
  return {
    incident: grown,
    rest: recent.filter((each) => !taken.has(each)),
    joined: [...taken].map(({ alertId }) => alertId),
  };
}

const changeOf = ({ at, count, ...alert }: Ordinary): AlertChange => ({
  ...alert,
  transition: 'REPEATED',
  endsAt: at,
  foldedCount: count,
  silencedBy: [],
  inhibitedBy: null,
  labels: {},
});
