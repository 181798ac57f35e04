/** Alerts' changes in, incidents out: pure, one scope at a time, in bounded memory. The method is told in docs/correlation.md. */
import { isMoment, isMuted, kindOf, type AlertChange, type CorrelationContext } from './alert-change.ts';
import { nobody, sight } from './crowd.ts';
import { familiarity, habitOf, learn, type Familiarity } from './familiarity.ts';
import type { CorrelatedIncident } from './incident.ts';
import { join, messagesOf, note, openIncident } from './joining.ts';
import type { Correlation, CorrelationState, IncidentChange, IncidentChangeKind } from './incident-changes.ts';
import { forgetAt, quietAt, store } from './incident-book.ts';
import { absorb, mergedInto } from './joining-incidents.ts';
import { hourMs, limits } from './limits.ts';
import { bearingOf, bindingWeight, relation, type Bearing, type Relation } from './relation.ts';
import { keep } from './surroundings.ts';

const empty: CorrelationState = { habits: new Map(), crowd: nobody, ordinary: [], incidents: new Map() };

/** What was new goes on being evidence for so long. */
const freshMs = hourMs;

/**
 * Takes one change of an alert into its scope's state. Says what became of incidents, and when to call `settle`.
 * `change` is told in the order of the log; an incident opens with the first alert that is evidence for it.
 */
export function correlate(
  before: CorrelationState | undefined,
  change: AlertChange,
  context: CorrelationContext,
): Correlation {
  const settled = settle(before ?? empty, context);
  const taken = take(settled.state, change, context);
  return finish(taken.state, [...settled.changes, ...taken.changes], context);
}

function take(state: CorrelationState, change: AlertChange, context: CorrelationContext): Correlation {
  return change.transition === 'RESOLVED' ? ease(state, change, context) : fire(state, change, context);
}

function ease(state: CorrelationState, change: AlertChange, context: CorrelationContext): Correlation {
  const { now } = context;
  const home = ownIncident(state, change.fingerprint);
  if (home?.status === 'OPEN') {
    const joining = { reason: '', isEvidence: false, isGoingOn: false, now };
    return store(state, join(home, change, joining), ['eased'], [change.alertId], context);
  }
  const wasMoment = habitOf(state.habits, change.fingerprint) !== undefined;
  return { state: wasMoment ? { ...state, ordinary: keep(state.ordinary, change, now) } : state, changes: [] };
}

function fire(before: CorrelationState, change: AlertChange, context: CorrelationContext): Correlation {
  const { now } = context;
  const { seen, state } = learnFrom(before, change, now);
  const own = ownIncident(state, change.fingerprint);
  if (own?.status === 'OPEN') return goOn(state, own, change, seen, context);
  if (isMuted(change)) return { state, changes: [] };
  if (isMoment(change) && !seen.isUnusual) return passBy(state, change, context);
  const crowd = sight(state.crowd, { at: now, fingerprint: change.fingerprint, target: change.target });
  const reason = seen.reason;
  if (own !== undefined) {
    const joining = { reason, isEvidence: true, isGoingOn: true, now };
    return store({ ...state, crowd }, join(again(own, now), change, joining), ['reopened'], [change.alertId], context);
  }
  return admit({ ...state, crowd }, change, reason, context);
}

/** Habits are learned of moments, and of their kind. A condition is evidence whenever it holds. */
function learnFrom(before: CorrelationState, change: AlertChange, now: number) {
  if (!isMoment(change)) return { seen: plain, state: before };
  const { fingerprint } = change;
  const count = messagesOf(change);
  const kindKey = `kind ${kindOf(change)}`;
  const kind = habitOf(before.habits, kindKey);
  const seen = familiarity(habitOf(before.habits, fingerprint), kind, count, now);
  const habits = learn(before.habits, fingerprint, seen.habit);
  const kindHabit = familiarity(kind, undefined, count, now).habit;
  return { seen, state: { ...before, habits: learn(habits, kindKey, kindHabit) } };
}

const plain: Pick<Familiarity, 'isUnusual' | 'reason'> = { isUnusual: false, reason: '' };

/** The incident that an alert is part of; one that ended not long ago counts, too. */
function ownIncident(state: CorrelationState, fingerprint: string): CorrelatedIncident | undefined {
  let ended: CorrelatedIncident | undefined;
  for (const incident of state.incidents.values()) {
    if (incident.status === 'MERGED' || !incident.members.has(fingerprint)) continue;
    if (incident.status === 'OPEN') return incident;
    ended = incident;
  }
  return ended;
}

/** An alert of an open incident is told again. */
function goOn(
  state: CorrelationState,
  incident: CorrelatedIncident,
  change: AlertChange,
  seen: Pick<Familiarity, 'isUnusual' | 'reason'>,
  context: CorrelationContext,
): Correlation {
  const { now } = context;
  const member = incident.members.get(change.fingerprint);
  if (member?.isEvidence === false && !seen.isUnusual) return passBy(state, change, context);
  const firesAgain = member?.isMoment === false && !member.isFiring;
  const isFresh = member?.isMoment === true && member.isEvidence && now - member.startsAt < freshMs;
  const joining = { reason: seen.reason, isEvidence: seen.isUnusual || firesAgain, isGoingOn: isFresh, now };
  const joined = join(incident, change, joining);
  return store(state, joined, [firesAgain ? 'grown' : 'counted'], [change.alertId], context);
}

/** An ordinary alert opens nothing. It is kept for a while, and shown with a large incident near it. */
function passBy(state: CorrelationState, change: AlertChange, context: CorrelationContext): Correlation {
  return { state: { ...state, ordinary: keep(state.ordinary, change, context.now) }, changes: [] };
}

/** Evidence finds its incident, holds several together, or opens one. */
function admit(state: CorrelationState, change: AlertChange, reason: string, context: CorrelationContext): Correlation {
  const { now } = context;
  const [closest, ...others] = homesOf(state, bearingOf(change, state.crowd, context));
  if (closest === undefined) {
    const joining = { reason: reason || 'a condition that needs attention', isEvidence: true, isGoingOn: true, now };
    return store(state, openIncident(context.newId(), change, joining), ['opened'], [change.alertId], context);
  }
  const binding = others.filter(({ weight }) => weight >= bindingWeight && closest.weight >= bindingWeight);
  const all = [closest, ...binding].map(({ incident }) => incident);
  const oldest = all.reduce((a, b) => (b.openedAt < a.openedAt ? b : a));
  const younger = all.filter((each) => each !== oldest);
  const why = [reason, closest.reason].filter((each) => each !== '').join(', ');
  const whole = younger.reduce((into, each) => absorb(into, each, now), oldest);
  const gone = younger.map((each) => mergedInto(each, oldest.incidentId, now));
  const incidents =
    gone.length === 0
      ? state.incidents
      : new Map([...state.incidents, ...gone.map((each) => [each.incidentId, each] as const)]);
  const joined = join(whole, change, { reason: why, isEvidence: true, isGoingOn: true, now });
  const isKept = joined.members.has(change.fingerprint);
  const kinds: IncidentChangeKind[] = [isKept || gone.length > 0 ? 'grown' : 'counted'];
  const stored = store({ ...state, incidents }, joined, kinds, [change.alertId], context);
  const merged = gone.map((incident): IncidentChange => ({ kinds: ['merged'], incident, joined: [] }));
  return { state: stored.state, changes: [...stored.changes, ...merged] };
}

type Home = Relation & { readonly incident: CorrelatedIncident };

/** Open incidents that an alert is related to, the closest first. Where too many are open, the latest takes what is related to none. */
function homesOf(state: CorrelationState, bearing: Bearing): Home[] {
  const homes: Home[] = [];
  let open = 0;
  let latest: CorrelatedIncident | undefined;
  for (const incident of state.incidents.values()) {
    if (incident.status !== 'OPEN') continue;
    open += 1;
    if (latest === undefined || incident.evidenceAt >= latest.evidenceAt) latest = incident;
    const related = relation(incident, bearing);
    if (related !== undefined) homes.push({ incident, ...related });
  }
  if (homes.length === 0 && latest !== undefined && open >= limits.openIncidents)
    return [{ incident: latest, weight: 1, reason: 'too much at once to be told apart' }];
  return homes.sort((a, b) => b.weight - a.weight || b.incident.evidenceAt - a.incident.evidenceAt);
}

function again(incident: CorrelatedIncident, now: number): CorrelatedIncident {
  const timeline = note(incident.timeline, now, 'It began again.');
  return { ...incident, status: 'OPEN', resolvedAt: null, reopened: incident.reopened + 1, timeline };
}

/** What time alone changes: resolves what is quiet, forgets what is long over. */
export function settle(state: CorrelationState, context: CorrelationContext): Correlation {
  const { now } = context;
  const changes: IncidentChange[] = [];
  let incidents: Map<string, CorrelatedIncident> | undefined;
  for (const incident of state.incidents.values()) {
    if (incident.status === 'OPEN' && quietAt(incident, context) <= now) {
      const timeline = note(incident.timeline, now, 'All is quiet.');
      const resolved: CorrelatedIncident = { ...incident, status: 'RESOLVED', resolvedAt: now, timeline };
      (incidents ??= new Map(state.incidents)).set(incident.incidentId, resolved);
      changes.push({ kinds: ['resolved'], incident: resolved, joined: [] });
    } else if (incident.status !== 'OPEN' && forgetAt(incident) <= now) {
      (incidents ??= new Map(state.incidents)).delete(incident.incidentId);
    }
  }
  return finish(incidents === undefined ? state : { ...state, incidents }, changes, context);
}

function finish(state: CorrelationState, changes: readonly IncidentChange[], context: CorrelationContext): Correlation {
  let wakeAt = Infinity;
  for (const incident of state.incidents.values())
    wakeAt = Math.min(wakeAt, incident.status === 'OPEN' ? quietAt(incident, context) : forgetAt(incident));
  return Number.isFinite(wakeAt) ? { state, changes, wakeAt } : { state, changes };
}
