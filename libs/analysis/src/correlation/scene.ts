/** For tests: a scope that is told changes, with a clock and a topology that can be changed. */
import type { AlertChange } from './alert-change.ts';
import { correlate, settle } from './correlate.ts';
import type { Correlation, IncidentChange } from './incident-changes.ts';
import type { CorrelatedIncident } from './incident.ts';

export const alert = (target: string, more: Partial<AlertChange> = {}): AlertChange => ({
  alertId: `${target}-1`,
  fingerprint: `${target}/errors`,
  transition: 'FIRED',
  severity: 'WARNING',
  target,
  title: `${target} fails`,
  startsAt: 0,
  endsAt: null,
  foldedCount: 0,
  silencedBy: [],
  inhibitedBy: null,
  labels: {},
  ...more,
});

/** Something that an intrusion detector saw. */
export const moment = (rule: string, target: string, more: Partial<AlertChange> = {}): AlertChange =>
  alert(target, { fingerprint: `${target}/${rule}`, title: rule, labels: { rule }, endsAt: 0, ...more });

export const ended = (change: AlertChange): AlertChange => ({ ...change, transition: 'RESOLVED', endsAt: 0 });

export function scene(topology: Readonly<Record<string, readonly string[]>> = {}) {
  let dependsOn = topology;
  let ids = 0;
  let last: Correlation | undefined;
  const told: IncidentChange[] = [];
  const at = (now: number) => ({
    now,
    topology: (target: string) => dependsOn[target],
    newId: () => `i${(ids += 1)}`,
  });
  const keep = (result: Correlation): Correlation => {
    last = result;
    told.push(...result.changes);
    return result;
  };
  const wakeUntil = (now: number): void => {
    for (let next = last; next?.wakeAt !== undefined && next.wakeAt <= now;)
      next = keep(settle(next.state, at(next.wakeAt)));
  };
  return {
    told,
    /** Tells a change at a time, epoch ms, after all that time alone brings until then. */
    hear(now: number, change: AlertChange): void {
      wakeUntil(now);
      const times = { startsAt: now, endsAt: change.endsAt === null ? null : now };
      keep(correlate(last?.state, { ...change, ...times }, at(now)));
    },
    pass: wakeUntil,
    learnTopology(next: typeof topology): void {
      dependsOn = next;
    },
    state: () => last?.state,
    incidents: (): CorrelatedIncident[] => [...(last?.state.incidents.values() ?? [])],
    open: (): CorrelatedIncident[] =>
      [...(last?.state.incidents.values() ?? [])].filter(({ status }) => status === 'OPEN'),
    kinds: (): string[] => told.flatMap(({ kinds }) => kinds),
  };
}
