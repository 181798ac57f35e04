/** Alerts' changes in, incidents out: pure, one scope at a time, in bounded memory. */
import { isMoment, isMuted, type AlertChange, type CorrelationContext } from './alert-change.ts';
import { suspect } from './cause.ts';
import { familiarity, type Habit } from './familiarity.ts';
import { absorb, join, note, openIncident, type CorrelatedIncident } from './incident.ts';
import { limits, minuteMs } from './limits.ts';
import { relation } from './relation.ts';

/** All that is remembered of one scope: a plain value of numbers, strings, arrays and Maps. */
export type CorrelationState = {
  readonly habits: ReadonlyMap<string, Habit>;
  /** Open ones, and those lately ended, which may be opened again. */
  readonly incidents: ReadonlyMap<string, CorrelatedIncident>;
};

/**
 * What happened to an incident. `counted`: only numbers changed, not worth a message of its own; `eased`: an alert of it ended.
 */
export type IncidentChangeKind =
  | 'opened'
  | 'reopened'
  | 'grown'
  | 'counted'
  | 'eased'
  | 'worse'
  | 'cause'
  | 'split'
  | 'merged'
  | 'resolved';

export type IncidentChange = {
  readonly kinds: readonly IncidentChangeKind[];
  /** As it is now. */
  readonly incident: CorrelatedIncident;
  /** alertIds of the changes that came to it. */
  readonly joined: readonly string[];
};

export type Correlation = {
  readonly state: CorrelationState;
  /** At most one per incident. */
  readonly changes: readonly IncidentChange[];
  /** When `settle` is to be called, epoch ms; undefined when nothing is open. */
  readonly wakeAt?: number;
};

const empty: CorrelationState = { habits: new Map(), incidents: new Map() };
/** Moments are over when nothing more came for so long. */
const momentQuietMs = 15 * minuteMs;
/** Conditions that all ended must stay so for so long. */
const settleMs = 15_000;
/** An incident that ended may be opened again for so long. */
const reopenMs = 30 * minuteMs;

/** Takes one change of an alert into its scope's state. */
export function correlate(
  before: CorrelationState | undefined,
  change: AlertChange,
  context: CorrelationContext,
): Correlation {
  const { state, changes } = settle(before ?? empty, context);
  const taken = take(state, change, context);
  return finish(taken.state, [...changes, ...taken.changes]);
}

function take(state: CorrelationState, change: AlertChange, context: CorrelationContext): Correlation {
  const { now } = context;
  const home = homeOf(state, change, context);
  if (change.transition === 'RESOLVED') {
    if (home === undefined || home.incident.status !== 'OPEN') return { state, changes: [] };
    return update(state, join(home.incident, change, home.reason, now), ['eased'], [change.alertId], context);
  }
  const seen = familiarity(state.habits.get(change.fingerprint), now);
  const learned: CorrelationState = { ...state, habits: remember(state.habits, change.fingerprint, seen.habit) };
  if (isMuted(change)) return { state: learned, changes: [] };
  const isEvidence = seen.isUnusual || !isMoment(change);
  if (home?.reason === sameAgain) {
    const kinds: IncidentChangeKind[] = home.incident.status === 'OPEN' ? ['counted'] : ['reopened'];
    return update(
      learned,
      join(reopened(home.incident, now), change, home.reason, now),
      kinds,
      [change.alertId],
      context,
    );
  }
  if (!isEvidence) return { state: learned, changes: [] };
  const reason = [seen.reason, home?.reason].filter((each) => each !== undefined && each !== '').join(', ');
  if (home === undefined || home.incident.status !== 'OPEN') {
    const incident = openIncident(context.newId(), change, reason || 'a condition that needs attention', now);
    return update(learned, incident, ['opened'], [change.alertId], context);
  }
  const grown = update(learned, join(home.incident, change, reason, now), ['grown'], [change.alertId], context);
  return mergeWith(grown, change, context);
}

/** Where an alert belongs to two open incidents, the older takes over the younger. */
function mergeWith(grown: Correlation, change: AlertChange, context: CorrelationContext): Correlation {
  const others = [...grown.state.incidents.values()]
    .filter(({ status, members }) => status === 'OPEN' && !members.has(change.fingerprint))
    .filter((each) => (relation(each, change, context.now, context.topology)?.weight ?? 0) >= mergeWeight);
  const home = grown.changes[0]?.incident;
  if (home === undefined || others.length === 0) return grown;
  const [older, ...younger] = [home, ...others].sort((a, b) => a.openedAt - b.openedAt) as [CorrelatedIncident];
  const whole = younger.reduce((into, each: CorrelatedIncident) => absorb(into, each, context.now), older);
  const gone = younger.map((each: CorrelatedIncident): CorrelatedIncident => {
    return { ...each, status: 'MERGED', resolvedAt: context.now, mergedInto: older.incidentId };
  });
  const incidents = new Map(grown.state.incidents);
  for (const each of gone) incidents.set(each.incidentId, each);
  const updated = update({ ...grown.state, incidents }, whole, ['grown'], [change.alertId], context);
  return { state: updated.state, changes: [...updated.changes, ...gone.map(mergedChange)] };
}

const mergeWeight = 6;
const mergedChange = (incident: CorrelatedIncident): IncidentChange => ({ kinds: ['merged'], incident, joined: [] });

const sameAgain = 'the same alert again';

/** The incident closest to an alert. */
function homeOf(state: CorrelationState, change: AlertChange, { now, topology }: CorrelationContext) {
  let best: { incident: CorrelatedIncident; weight: number; reason: string } | undefined;
  for (const incident of state.incidents.values()) {
    if (incident.status === 'MERGED') continue;
    const related = relation(incident, change, now, topology);
    if (related !== undefined && related.weight > (best?.weight ?? 0)) best = { incident, ...related };
  }
  return best;
}

function reopened(incident: CorrelatedIncident, now: number): CorrelatedIncident {
  if (incident.status === 'OPEN') return incident;
  const timeline = note(incident.timeline, now, 'It began again.');
  return { ...incident, status: 'OPEN', resolvedAt: null, reopened: incident.reopened + 1, timeline };
}

/** Stores an incident that changed, with its cause judged anew. */
function update(
  state: CorrelationState,
  incident: CorrelatedIncident,
  kinds: readonly IncidentChangeKind[],
  joined: readonly string[],
  { topology }: CorrelationContext,
): Correlation {
  const before = state.incidents.get(incident.incidentId);
  const judged = { ...incident, ...suspect(incident, topology) };
  const more: IncidentChangeKind[] = [];
  if (before !== undefined && before.severity !== judged.severity) more.push('worse');
  if (before !== undefined && before.cause?.target !== judged.cause?.target) more.push('cause');
  const incidents = new Map(state.incidents).set(judged.incidentId, judged);
  return { state: { ...state, incidents }, changes: [{ kinds: [...kinds, ...more], incident: judged, joined }] };
}

/** What time alone changes: ends moments, resolves what is quiet, forgets what is long over. */
export function settle(state: CorrelationState, context: CorrelationContext): Correlation {
  const { now } = context;
  const changes: IncidentChange[] = [];
  const incidents = new Map(state.incidents);
  for (const incident of state.incidents.values()) {
    if (incident.status === 'OPEN' && quietAt(incident) <= now) {
      const timeline = note(incident.timeline, now, 'All is quiet.');
      const resolved: CorrelatedIncident = { ...incident, status: 'RESOLVED', resolvedAt: now, timeline };
      incidents.set(incident.incidentId, resolved);
      changes.push({ kinds: ['resolved'], incident: resolved, joined: [] });
    } else if (incident.status !== 'OPEN' && (incident.resolvedAt ?? 0) + reopenMs <= now) {
      incidents.delete(incident.incidentId);
    }
  }
  return finish({ ...state, incidents }, changes);
}

/** When an incident will be quiet if nothing more comes; Infinity while a condition holds. */
function quietAt(incident: CorrelatedIncident): number {
  const ends = [...incident.members.values()].map((member) => {
    if (member.isMoment) return member.lastAt + momentQuietMs;
    return member.isFiring ? Infinity : (member.endsAt ?? member.lastAt) + settleMs;
  });
  return Math.max(incident.evidenceAt, ...ends);
}

function finish(state: CorrelationState, changes: readonly IncidentChange[]): Correlation {
  const wakes = [...state.incidents.values()].map((incident) =>
    incident.status === 'OPEN' ? quietAt(incident) : (incident.resolvedAt ?? 0) + reopenMs,
  );
  const wakeAt = Math.min(...wakes);
  return Number.isFinite(wakeAt) ? { state, changes, wakeAt } : { state, changes };
}

/** The habits with one more: the least lately used go first. */
function remember(habits: ReadonlyMap<string, Habit>, fingerprint: string, habit: Habit): ReadonlyMap<string, Habit> {
  const next = new Map(habits);
  next.delete(fingerprint);
  next.set(fingerprint, habit);
  for (const oldest of next.keys()) {
    if (next.size <= limits.habits) break;
    next.delete(oldest);
  }
  return next;
}
