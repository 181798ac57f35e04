/** Alerts through the handlers of the correlation agent, as at work but without a mesh, and which incident each came to. */
import { rehearse, type Rehearsed } from '@muster/agent';
import { correlate, type CorrelationState } from '@muster/analysis';
import type { Message } from '@muster/bus';
import { correlation } from '@muster/correlation';
import type { AlertTransition } from '@muster/schemas';
import { encodeKeyRecord, seenIds } from '@muster/state';
import type { AlertRow } from './alert-rows.ts';

export interface CorrelationRun {
  /** The incident of each row, '' where there is none. */
  readonly assignment: readonly string[];
  readonly incidents: number;
  /** Incidents the agent itself told of: the same number. */
  readonly told: number;
  readonly transitions: number;
  /** Through the agent's handlers. */
  readonly alertsPerSecond: number;
  /** Bytes of all states, as they are stored, at ten moments. */
  readonly stateBytes: readonly number[];
  readonly rssBefore: number;
  readonly rssPeak: number;
}

const moments = 10;
const stepMs = 5_000;

/** Runs the alerts in the order of their times. */
export function runCorrelation(rows: readonly AlertRow[]): CorrelationRun {
  const ordered = rows.toSorted((a, b) => a.at - b.at || a.index - b.index);
  const agent = rehearse(correlation);
  const ledger = assignmentLedger(rows.length);
  const told = new Set<string>();
  const stateBytes: number[] = [];
  const rssBefore = process.memoryUsage.rss();
  let rssPeak = rssBefore;
  let transitions = 0;
  let tookMs = 0;
  let clock = ordered[0]?.at ?? 0;

  /** What the handlers of alerts publish is what the handler of transitions hears. */
  const follow = (done: readonly Rehearsed[]): void => {
    for (const { at, publications } of done) {
      for (const { topic, key, value, envelope } of publications) {
        if (topic === 'muster.incidents.v1') told.add(key);
        if (topic !== 'muster.alert-transitions.v1' || value === null) continue;
        transitions += 1;
        const transition = { inhibitedBy: null, ...value, envelope } as AlertTransition;
        ledger.hear(transition, at);
        const beganAt = performance.now();
        const next = agent.take(messageOf(topic, key, transitions, at, transition));
        tookMs += performance.now() - beganAt;
        follow(next);
      }
    }
  };
  const pass = (to: number): void => {
    while (clock < to) {
      clock = Math.min(to, clock + stepMs);
      const beganAt = performance.now();
      const done = agent.advance(clock);
      tookMs += performance.now() - beganAt;
      if (done.length > 0) follow(done);
    }
  };

  ordered.forEach((row, place) => {
    pass(row.at);
    ledger.expect(row);
    const message = alertOf(row, place);
    const beganAt = performance.now();
    const done = agent.take(message);
    tookMs += performance.now() - beganAt;
    follow(done);
    if (place % 1_000 === 0) rssPeak = Math.max(rssPeak, process.memoryUsage.rss());
    if ((place + 1) % Math.ceil(ordered.length / moments) === 0) stateBytes.push(bytesOf(agent.states()));
  });
  pass(clock + 2 * 3_600_000);
  stateBytes.push(bytesOf(agent.states()));
  return {
    ...ledger.close(),
    told: told.size,
    transitions,
    alertsPerSecond: (rows.length / tookMs) * 1_000,
    stateBytes,
    rssBefore,
    rssPeak,
  };
}

const fingerprintOf = ({ rule, host }: AlertRow): string => `${host}/${rule}`;

/** An alert of an intrusion detector is a moment: it has ended when it is told. */
export const alertValueOf = (row: AlertRow) => ({
  fingerprint: fingerprintOf(row),
  status: 'FIRING' as const,
  severity: 'WARNING' as const,
  target: row.host,
  category: 'SECURITY' as const,
  title: row.name,
  startsAt: row.at,
  endsAt: row.at,
  labels: { rule: row.rule, ip: row.ip },
});

function alertOf(row: AlertRow, place: number): Message {
  const value = { description: '', evidence: [], score: 0, isFlapping: false, transitions: 0, ...alertValueOf(row) };
  const id = String(row.index);
  const envelope = { id, time: row.at, source: 'bench', correlationId: id, causationId: null };
  return messageOf('muster.alerts.v1', value.fingerprint, place, row.at, { ...value, envelope });
}

const messageOf = (topic: string, key: string, offset: number, timestamp: number, value: AlertTransition | object) =>
  ({
    topic,
    partition: 0,
    offset,
    timestamp,
    key,
    id: (value as AlertTransition).envelope.id,
    value,
    headers: {},
  }) as unknown as Message;

function bytesOf(states: ReturnType<ReturnType<typeof rehearse>['states']>): number {
  let bytes = 0;
  for (const { state, wakeAt } of states.values())
    bytes += encodeKeyRecord({ state, applied: {}, seen: seenIds.empty, wakeAt }).length;
  return bytes;
}

/**
 * Which row came to which incident: incidents tell of alerts, not of single messages, so the same function the agent calls is asked beside it
 * with the same transitions, each named by its own id.
 */
function assignmentLedger(rowCount: number) {
  const open = new Map<string, number[]>();
  const carried = new Map<string, number[]>();
  const assignment = Array.from<string>({ length: rowCount }).fill('');
  const mergedInto = new Map<string, string>();
  let state: CorrelationState | undefined;
  let ids = 0;

  return {
    expect(row: AlertRow): void {
      const rows = open.get(fingerprintOf(row));
      if (rows === undefined) open.set(fingerprintOf(row), [row.index]);
      else rows.push(row.index);
    },
    hear({ envelope, ...transition }: AlertTransition, now: number): void {
      carried.set(envelope.id, open.get(transition.fingerprint) ?? []);
      open.delete(transition.fingerprint);
      const context = { now, topology: () => undefined, newId: () => `incident-${(ids += 1)}` };
      const result = correlate(state, { ...transition, alertId: envelope.id }, context);
      ({ state } = result);
      for (const { incident, joined } of result.changes) {
        for (const id of joined) for (const index of carried.get(id) ?? []) assignment[index] = incident.incidentId;
        if (incident.mergedInto !== null) mergedInto.set(incident.incidentId, incident.mergedInto);
      }
    },
    close() {
      return { assignment: assignment.map((id) => endOf(mergedInto, id)), incidents: ids };
    },
  };
}

/** The incident that took over all before it. */
function endOf(mergedInto: ReadonlyMap<string, string>, id: string): string {
  let end = id;
  for (let next = mergedInto.get(end); next !== undefined; next = mergedInto.get(end)) end = next;
  return end;
}
