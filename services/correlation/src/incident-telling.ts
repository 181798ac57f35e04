/** When the mesh hears of an incident: at once of what matters, and of the rest not more often than anybody can read. */
import type { Publication, Table } from '@muster/agent';
import type { CorrelatedIncident, Correlation, IncidentChange, IncidentChangeKind } from '@muster/analysis';
import type { Target } from '@muster/schemas';
import { incidentRecord } from './incident-record.ts';
import type { Inhibitor } from './inhibition.ts';
import type { AlertNews } from './inhibition-rules.ts';
import { tally } from './tally.ts';

/** What was told of an incident. */
export type Telling = {
  /** Of its first alert: all that is said of the incident has it. */
  readonly correlationId: string;
  readonly toldAt: number;
  /** When what is not told yet will be; null: nothing is. */
  readonly dueAt: number | null;
  /** What happened to it besides what grouping did. */
  readonly notes: readonly { readonly at: number; readonly text: string }[];
};
export type Tellings = ReadonlyMap<string, Telling>;

interface Scene {
  readonly scope: string;
  readonly now: number;
  readonly tellings: Tellings;
  readonly targets: Table<Target>;
  newId(): string;
}

interface TellingStep {
  readonly tellings: Tellings;
  readonly publish: readonly Publication<'muster.incidents.v1'>[];
  /** When there will be more to tell; epoch ms. */
  readonly dueAt: number;
}

/** The pause after the last message, ms, before one that only says this; 0 is at once. */
const pauseMs: Readonly<Record<IncidentChangeKind, number>> = {
  opened: 0,
  reopened: 0,
  worse: 0,
  split: 0,
  merged: 0,
  resolved: 0,
  cause: 5_000,
  grown: 5_000,
  eased: 5_000,
  counted: 60_000,
};
const mostNotes = 10;
const noIncidents: ReadonlyMap<string, CorrelatedIncident> = new Map();

/** Tells what changed and is due. `muting`: an alert that is muted from now on, for the incident of what mutes it. */
export function tellIncidents(
  { scope, now, tellings: before, targets, newId }: Scene,
  grouped: Correlation | undefined,
  news: readonly AlertNews[],
  muting: { readonly alert: AlertNews; readonly inhibitor: Inhibitor } | undefined,
): TellingStep {
  const { incidents, changes } = {
    incidents: grouped?.state.incidents ?? noIncidents,
    changes: grouped?.changes ?? [],
  };
  const tellings = new Map(before);
  for (const { incident, kinds, joined } of changes) {
    const { incidentId } = incident;
    if (kinds.includes('opened')) tally.incidentsOpened += 1;
    const known = tellings.get(incidentId) ?? newTelling(joined, news, newId);
    tellings.set(incidentId, { ...known, dueAt: Math.min(known.dueAt ?? Infinity, known.toldAt + pauseOf(kinds)) });
  }
  if (muting !== undefined) noteMuting(tellings, incidents.values(), muting, now);

  const publish: Publication<'muster.incidents.v1'>[] = [];
  let dueAt = Infinity;
  for (const [incidentId, telling] of tellings) {
    const incident = incidents.get(incidentId) ?? lastOf(incidentId, changes);
    if (incident === undefined) tellings.delete(incidentId);
    else if (telling.dueAt !== null && telling.dueAt <= now) {
      const value = incidentRecord(incident, scope, telling.notes, targets);
      publish.push({ topic: 'muster.incidents.v1', value, correlationId: telling.correlationId });
      tellings.set(incidentId, { ...telling, toldAt: now, dueAt: null });
    } else dueAt = Math.min(dueAt, telling.dueAt ?? Infinity);
  }
  tally.incidentsTold += publish.length;
  return { tellings, publish, dueAt };
}

/** One that is forgotten in the same step as it ended is told all the same. */
function lastOf(incidentId: string, changes: readonly IncidentChange[]): CorrelatedIncident | undefined {
  return changes.findLast(({ incident }) => incident.incidentId === incidentId)?.incident;
}

function pauseOf(kinds: readonly IncidentChangeKind[]): number {
  return Math.min(...kinds.map((kind) => pauseMs[kind]));
}

function newTelling(joined: readonly string[], news: readonly AlertNews[], newId: () => string): Telling {
  const first = news.find(({ alertId }) => joined.includes(alertId)) ?? news[0];
  return { correlationId: first?.correlationId ?? newId(), toldAt: 0, dueAt: null, notes: [] };
}

function noteMuting(
  tellings: Map<string, Telling>,
  incidents: Iterable<CorrelatedIncident>,
  { alert, inhibitor }: { readonly alert: AlertNews; readonly inhibitor: Inhibitor },
  now: number,
): void {
  for (const { incidentId, status, members } of incidents) {
    const telling = tellings.get(incidentId);
    if (status !== 'OPEN' || telling === undefined || !members.has(inhibitor.by)) continue;
    const text = `${alert.title} (${alert.target}) is muted while "${inhibitor.title}" holds, by rule ${inhibitor.rule}: ${inhibitor.reason}`;
    const notes = [...telling.notes, { at: now, text }].slice(-mostNotes);
    tellings.set(incidentId, {
      ...telling,
      notes,
      dueAt: Math.min(telling.dueAt ?? Infinity, telling.toldAt + pauseMs.grown),
    });
  }
}
