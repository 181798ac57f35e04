/** Health's handlers in a world that is played: results as a test says, a log without a network, time that jumps. */
import { rehearse, type Rehearsed } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { AlertInput, CheckResult, HealthReport, Target } from '@muster/schemas';
import { health } from '../src/agent.ts';
import { settings, type Settings } from '../src/settings.ts';

const beginAt = Date.UTC(2026, 0, 5, 8);

const envelope = { id: 'e', time: beginAt, source: 'test', correlationId: 'c', causationId: null };

export function targetOf(target: string, over: Partial<Target> = {}): Target {
  return { envelope, target, description: '', owner: '', tier: 'STANDARD', dependsOn: [], labels: {}, ...over };
}

/** What was said about an alert, in short: `FIRING shop CRITICAL`. */
export type Told = AlertInput & { readonly toldAt: number; readonly correlationId: string };

export function drive(config: Partial<Settings> = {}) {
  const rehearsal = rehearse(health, { config: { ...settings.parse({}), ...config } });
  const reports = new Map<string, HealthReport>();
  const told: Told[] = [];
  const ignored: string[] = [];
  let now = beginAt;
  let messages = 0;

  const settle = (all: readonly Rehearsed[]): void => {
    for (const { outcome, publications, at } of all) {
      if (outcome.kind === 'failed') throw outcome.fault;
      if (outcome.kind !== 'handled') ignored.push(outcome.reason);
      for (const { topic, key, value, envelope: made } of publications) {
        if (topic === 'muster.alerts.v1')
          told.push({ ...(value as AlertInput), toldAt: at, correlationId: made.correlationId });
        if (topic !== 'muster.health-reports.v1') continue;
        rehearsal.row(topic, key, value ?? undefined);
        if (value === null) reports.delete(key);
        else reports.set(key, value as HealthReport);
      }
    }
  };

  return {
    told,
    ignored,
    reports,
    get now() {
      return now;
    },
    get short() {
      return told.map(({ status, target, severity }) => `${status} ${target} ${severity}`);
    },
    topology(...targets: readonly Target[]): void {
      for (const target of targets) rehearsal.row('muster.topology.v1', target.target, target);
    },
    /** A report that was there before. */
    report(report: HealthReport): void {
      rehearsal.row('muster.health-reports.v1', report.target, report);
    },
    until(time: number): void {
      // One wake-up at a time, so that each sees the reports of those before.
      for (; now < time; now = Math.min(time, now + 1_000)) settle(rehearsal.advance(now));
      settle(rehearsal.advance(now));
    },
    /** A result that is heard now. */
    hear(target: string, outcome: CheckResult['outcome'], over: Partial<CheckResult> = {}): void {
      messages += 1;
      const value: CheckResult = {
        envelope: { ...envelope, id: `m${messages}`, correlationId: `c${messages}` },
        target,
        check: 'http',
        kind: 'http',
        outcome,
        reason: outcome === 'PASS' ? '' : `answers ${outcome === 'FAIL' ? 503 : 'late'}`,
        checkedAt: now,
        latencyMs: 12,
        value: null,
        unit: '',
        everyMs: 60_000,
        failAfter: 3,
        recoverAfter: 2,
        dependsOn: [],
        ...over,
      };
      const message = { topic: 'muster.check-results.v1', partition: 0, offset: messages, timestamp: now, key: target };
      settle(rehearsal.take({ ...message, id: `m${messages}`, value, headers: {} } as Message));
    },
  };
}

export type Drive = ReturnType<typeof drive>;

/** Results of one target, one each `everyMs`: `P` passes, `W` warns, `F` fails. */
export function play(
  run: Drive,
  target: string,
  letters: string,
  over: Partial<CheckResult> = {},
  everyMs = 5_000,
): void {
  for (const letter of letters) {
    run.until(run.now + everyMs);
    run.hear(target, letter === 'P' ? 'PASS' : letter === 'W' ? 'WARN' : 'FAIL', over);
  }
}
