/** Incidents as they are kept: judged anew when they change, few, and for how long. */
import type { CorrelationContext, Topology } from './alert-change.ts';
import { suspect } from './cause.ts';
import { areKnown, dependenciesOfAll } from './dependencies.ts';
import type { Correlation, CorrelationState, IncidentChange, IncidentChangeKind } from './incident-changes.ts';
import type { CorrelatedIncident } from './incident.ts';
import { partsOf } from './joining-incidents.ts';
import { limits, minuteMs } from './limits.ts';
import { reachMs } from './relation.ts';
import { surround } from './surroundings.ts';

/** Conditions that all ended must stay so for so long, if nobody says otherwise. */
const defaultSettleMs = 15_000;
/** More alerts than are kept: nobody knows whether all ended, so it goes by when the last came. */
const untrackedMs = 10 * minuteMs;
/** An incident that ended may be opened again for so long. */
const reopenMs = 5 * minuteMs;

/** When an incident will be quiet if nothing more comes, epoch ms; Infinity while a condition holds. */
export function quietAt(
  incident: CorrelatedIncident,
  { settleMs = defaultSettleMs }: Pick<CorrelationContext, 'settleMs'>,
): number {
  if (incident.isFiring) return Infinity;
  if (incident.isMomentary) return incident.evidenceAt + reachMs(incident);
  const isUntracked = incident.alertCount > incident.members.size;
  return Math.max(incident.easedAt + settleMs, isUntracked ? incident.evidenceAt + untrackedMs : 0);
}

export const forgetAt = ({ resolvedAt }: CorrelatedIncident): number => (resolvedAt ?? 0) + reopenMs;

/** Keeps an incident that changed: with what is near it, its cause judged anew, and apart where it is two. */
export function store(
  state: CorrelationState,
  incident: CorrelatedIncident,
  kinds: readonly IncidentChangeKind[],
  joined: readonly string[],
  context: CorrelationContext,
): Correlation {
  const { topology, newId, now } = context;
  const near = surround(incident, state.ordinary, now);
  const isSame = kinds.every((kind) => kind === 'counted');
  const parts = (isSame ? undefined : fewParts(state, partsOf(near.incident, topology, newId, now))) ?? [near.incident];
  const incidents = new Map(state.incidents);
  const changes = parts.map((part, index): IncidentChange => {
    const before = state.incidents.get(part.incidentId);
    const judged = isSame ? part : judge(part, topology);
    incidents.delete(judged.incidentId);
    incidents.set(judged.incidentId, judged);
    const own = index === 0 ? kinds : (['opened'] as const);
    return {
      kinds: [...own, ...(parts.length > 1 ? (['split'] as const) : []), ...differences(before, judged)],
      incident: judged,
      joined: index === 0 ? [...joined, ...near.joined] : [],
    };
  });
  return { state: { ...state, ordinary: near.rest, incidents: few(incidents) }, changes };
}

/** Where too much is open already, nothing is taken apart. */
function fewParts(
  { incidents }: CorrelationState,
  parts: readonly CorrelatedIncident[] | undefined,
): readonly CorrelatedIncident[] | undefined {
  if (parts === undefined) return undefined;
  const open = [...incidents.values()].filter(({ status }) => status === 'OPEN').length;
  return open + parts.length - 1 <= limits.openIncidents ? parts : undefined;
}

const judge = (incident: CorrelatedIncident, topology: Topology): CorrelatedIncident => ({
  ...incident,
  ...suspect(incident, topology),
  dependsOn: dependenciesOfAll(incident.targets, topology),
  isKnown: areKnown(incident.targets, topology),
});

function differences(before: CorrelatedIncident | undefined, after: CorrelatedIncident): IncidentChangeKind[] {
  if (before === undefined) return [];
  return [
    ...(before.severity === after.severity ? [] : (['worse'] as const)),
    ...(before.cause?.target === after.cause?.target ? [] : (['cause'] as const)),
  ];
}

/** Those that ended longest ago are forgotten first; the open ones are few by themselves. */
function few(incidents: Map<string, CorrelatedIncident>): Map<string, CorrelatedIncident> {
  if (incidents.size <= limits.incidents) return incidents;
  for (const { incidentId, status } of incidents.values()) {
    if (incidents.size <= limits.incidents) break;
    if (status !== 'OPEN') incidents.delete(incidentId);
  }
  return incidents;
}
