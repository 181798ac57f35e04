import { isMoment, kindOf, type AlertChange, type CorrelationContext } from './alert-change.ts';
import { areCompanions, crowdMs, isCrowded, type Crowd } from './crowd.ts';
import { areKnown, connection } from './dependencies.ts';
import type { CorrelatedIncident } from './incident.ts';
import { hourMs, minuteMs } from './limits.ts';

/** How an alert relates to an incident: the closest has the greatest weight. */
export type Relation = { readonly weight: number; readonly reason: string };

/** From this weight on a relation holds two incidents together, too. */
export const bindingWeight = 5;

/** How long after its last evidence an incident takes in what is related to it. */
const connectedForMs = hourMs;
const sameTargetForMs = 15 * minuteMs;
const companionForMs = 5 * minuteMs;
/** So many unusual moments at once are no chance; so many conditions are a storm. */
export const crowdOfMoments = 5;
const stormOfConditions = 20;

/**
 * The relation of an unusual alert to an open incident; undefined when there is none. The topology speaks first: what it knows and does not
 * connect is apart, unless it was learned to come together. Time alone relates only what comes in a crowd.
 */
export function relation(
  incident: CorrelatedIncident,
  change: AlertChange,
  crowd: Crowd,
  { now, topology }: CorrelationContext,
): Relation | undefined {
  const quietMs = now - incident.evidenceAt;
  const { targets } = incident;
  if (targets.includes(change.target) && (incident.isFiring || quietMs < sameTargetForMs))
    return { weight: 8, reason: `about ${change.target} as well` };
  if (quietMs >= connectedForMs) return undefined;
  const connected = connection(change.target, targets, topology);
  if (connected !== '') return { weight: 6, reason: connected };
  if (quietMs < companionForMs) {
    const companion = [...incident.members.values()].find((each) =>
      areCompanions(crowd, each.fingerprint, change.fingerprint),
    );
    if (companion !== undefined) return { weight: 5, reason: `mostly comes together with "${companion.title}"` };
  }
  const isApart = topology(change.target) !== undefined && areKnown(targets, topology);
  if (isApart) return undefined;
  if (isMoment(change) && incident.isMomentary)
    return alike(incident, change, quietMs) ?? byTime(incident, quietMs, crowd, now);
  const isStorm = quietMs < crowdMs && isCrowded(crowd, now, stormOfConditions);
  return isStorm ? { weight: 2, reason: 'one of very many at the same time' } : undefined;
}

function alike(incident: CorrelatedIncident, change: AlertChange, quietMs: number): Relation | undefined {
  if (quietMs >= companionForMs) return undefined;
  const twin = [...incident.members.values()].find(({ kind }) => kind === kindOf(change));
  return twin === undefined ? undefined : { weight: 4, reason: `the same on ${twin.target}` };
}

function byTime(incident: CorrelatedIncident, quietMs: number, crowd: Crowd, now: number): Relation | undefined {
  const isMany = incident.evidenceCount >= crowdOfMoments;
  if (isMany && quietMs < reachMs(incident)) return { weight: 2, reason: 'unusual while this was going on' };
  if (quietMs < crowdMs && isCrowded(crowd, now, crowdOfMoments))
    return { weight: bindingWeight, reason: 'one of many unusual at the same time' };
  return undefined;
}

/** How long an incident of moments goes on after its last evidence: the more there is of it, the longer. */
export const reachMs = ({ evidenceCount }: CorrelatedIncident): number => Math.min(30, 5 + evidenceCount) * minuteMs;
