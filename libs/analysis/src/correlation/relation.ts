import { isMoment, type AlertChange, type Topology } from './alert-change.ts';
import { targetsOf, type CorrelatedIncident } from './incident.ts';
import { minuteMs } from './limits.ts';

/** How an alert relates to an incident: the reason in words, and a weight to choose the closest by. */
export type Relation = { readonly weight: number; readonly reason: string };

/** How long after its last evidence an incident takes in what is related to it. */
const relatedForMs = 15 * minuteMs;
const nearMs = 5 * minuteMs;

/** The relation of an alert to an incident, undefined when there is none. */
export function relation(
  incident: CorrelatedIncident,
  change: AlertChange,
  now: number,
  topology: Topology,
): Relation | undefined {
  const quietMs = now - incident.evidenceAt;
  if (incident.members.has(change.fingerprint)) return { weight: 10, reason: 'the same alert again' };
  const targets = targetsOf(incident);
  if (targets.includes(change.target)) return { weight: 8, reason: `about ${change.target} as well` };
  const path = targets.map((target) => dependencyBetween(target, change.target, topology)).find((each) => each !== '');
  if (path !== undefined && quietMs < relatedForMs) return { weight: 6, reason: path };
  const isKnownApart = topology(change.target) !== undefined && targets.every((each) => topology(each) !== undefined);
  const areMoments = isMoment(change) && [...incident.members.values()].every((member) => member.isMoment);
  if (!isKnownApart && areMoments && quietMs < nearMs) return { weight: 1, reason: 'at the same time' };
  return undefined;
}

/** What connects two targets, in words; empty when nothing does. */
function dependencyBetween(a: string, b: string, topology: Topology): string {
  if (reaches(a, b, topology)) return `${a} depends on ${b}`;
  if (reaches(b, a, topology)) return `${b} depends on ${a}`;
  const common = (topology(a) ?? []).find((each) => topology(b)?.includes(each));
  return common === undefined ? '' : `${a} and ${b} both depend on ${common}`;
}

/** Whether a target depends on another, directly or through at most three more. */
export function reaches(from: string, to: string, topology: Topology, hops = 4): boolean {
  let front = [from];
  const seen = new Set(front);
  for (let hop = 0; hop < hops && front.length > 0; hop += 1) {
    front = front.flatMap((each) => topology(each) ?? []).filter((each) => !seen.has(each));
    if (front.includes(to)) return true;
    for (const each of front) seen.add(each);
  }
  return false;
}
