import { isMoment, kindOf, type AlertChange, type CorrelationContext, type Topology } from './alert-change.ts';
import { companionsOf, crowdMs, isCrowded, type Crowd } from './crowd.ts';
import { connection, placeOf, type Place } from './dependencies.ts';
import type { CorrelatedIncident } from './incident.ts';
import { hourMs, minuteMs } from './limits.ts';

/** How an alert relates to an incident: the closest has the greatest weight. */
export type Relation = { readonly weight: number; readonly reason: string };

/** From this weight on a relation holds two incidents together, too. */
export const bindingWeight = 5;

/** How long after its last evidence an incident takes in what is related to it. */
const connectedForMs = hourMs;
const sameTargetForMs = 10 * minuteMs;
const alikeForMs = 5 * minuteMs;
/** Minutes. */
const longestReach = 45;
/** So many unusual moments at once are no chance; so many conditions are a storm. */
export const crowdOfMoments = 5;
const stormOfConditions = 20;

/** All that is to be known of an alert to relate it: looked up once for all incidents. */
export type Bearing = {
  readonly change: AlertChange;
  readonly now: number;
  readonly place: Place;
  readonly companions: readonly string[];
  readonly isCrowd: boolean;
  readonly isStorm: boolean;
  readonly topology: Topology;
};

export const bearingOf = (change: AlertChange, crowd: Crowd, { now, topology }: CorrelationContext): Bearing => ({
  change,
  now,
  place: placeOf(change.target, topology),
  companions: companionsOf(crowd, change.fingerprint),
  isCrowd: isCrowded(crowd, now, crowdOfMoments),
  isStorm: isCrowded(crowd, now, stormOfConditions),
  topology,
});

/**
 * The relation of an unusual alert to an open incident; undefined when there is none. The topology speaks first: what it knows and does not
 * connect is apart, unless it was learned to come together. Time alone relates only what comes in a crowd.
 */
export function relation(incident: CorrelatedIncident, bearing: Bearing): Relation | undefined {
  const { change, now, place, companions, topology } = bearing;
  const quietMs = now - incident.evidenceAt;
  if (incident.targets.includes(change.target) && (incident.isFiring || quietMs < sameTargetForMs))
    return { weight: 8, reason: `about ${change.target} as well` };
  if (quietMs >= connectedForMs) return undefined;
  const connected = connection(place, incident, topology);
  if (connected !== '') return { weight: 6, reason: connected };
  const companion = companions.find((each) => incident.members.has(each));
  if (companion !== undefined) {
    const { title = companion } = incident.members.get(companion) ?? {};
    return { weight: 5, reason: `mostly comes together with "${title}"` };
  }
  if (place.isKnown && incident.isKnown) return undefined;
  if (isMoment(change) && incident.isMomentary)
    return alike(incident, change, quietMs) ?? byTime(incident, quietMs, bearing);
  return bearing.isStorm && quietMs < crowdMs ? { weight: 2, reason: 'one of very many at the same time' } : undefined;
}

function alike(incident: CorrelatedIncident, change: AlertChange, quietMs: number): Relation | undefined {
  if (quietMs >= alikeForMs) return undefined;
  const twin = [...incident.members.values()].find(({ kind }) => kind === kindOf(change));
  return twin === undefined ? undefined : { weight: 4, reason: `the same on ${twin.target}` };
}

function byTime(incident: CorrelatedIncident, quietMs: number, { isCrowd }: Bearing): Relation | undefined {
  const isMany = incident.evidenceCount >= crowdOfMoments;
  if (isMany && quietMs < reachMs(incident)) return { weight: 2, reason: 'unusual while this was going on' };
  if (isCrowd && quietMs < crowdMs) return { weight: bindingWeight, reason: 'one of many unusual at the same time' };
  return undefined;
}

/** How long an incident of moments goes on after its last evidence: the more there is of it, the longer. */
export const reachMs = ({ evidenceCount }: CorrelatedIncident): number =>
  Math.min(longestReach, 5 + evidenceCount) * minuteMs;
