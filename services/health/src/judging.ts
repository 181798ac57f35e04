import { handled, ignored, type Outcome, type Publication } from '@muster/agent';
import type { Message } from '@muster/bus';
import { isPause, lively, madeAt, resumption, staleAfterMs } from './attention.ts';
import { account } from './availability.ts';
import { observeCheck, statusOf, type CheckMemory, type HealthStatus } from './check-memory.ts';
import { alertStep } from './alerting.ts';
import { countsOf } from './mesh-wide.ts';
import type { Context, Settings } from './settings.ts';
import { stateFrom, type OngoingAlert, type TargetState } from './target-state.ts';
import { ownTarget, reportOf, resolved, unchecked } from './telling.ts';
import { upstreamOf } from './upstream.ts';

type Said = Publication<'muster.alerts.v1' | 'muster.health-reports.v1'>;
type Judged = Outcome<TargetState, 'muster.alerts.v1' | 'muster.health-reports.v1'>;

/** A restart of the agent is over by then. */
const mostSilentMs = 60_000;
const ranks: readonly HealthStatus[] = ['HEALTHY', 'UNKNOWN', 'DEGRADED', 'UNHEALTHY'];

/** One result of a check: the target's next state, its report, and its alert where that changes. */
export function judge({ value, timestamp }: Message<'muster.check-results.v1'>, context: Context): Judged {
  const { key, now } = context;
  const before = context.state ?? stateFrom(context.tables.reports.get(key), now, context.newId);
  if (value.outcome === 'REMOVED') return farewell(before, context, 'it is not checked any more');
  const memory = before.checks[value.check];
  const result = { ...value, checkedAt: madeAt(value.checkedAt, timestamp, memory) };
  const next = observeCheck(memory, result, value.checkedAt);
  if (next === undefined || next === memory) return ignored('a result that is not newer than the latest');
  const resumedAt = resumption(before, result.checkedAt);
  const checks = lively({ ...before.checks, [result.check]: next }, result.checkedAt, resumedAt);
  const own = worst(checks);
  const checkedAt = Math.max(before.checkedAt, result.checkedAt);
  const isKnown = before.own !== 'UNKNOWN' && !isPause(before.checks, before.checkedAt, result.checkedAt);
  return told(before, context, {
    ...before,
    checks,
    dependsOn: result.dependsOn,
    own,
    ownSinceAt: own === before.own ? before.ownSinceAt : result.checkedAt,
    checkedAt,
    heardAt: now,
    resumedAt,
    windows: isKnown
      ? account(before.windows, before.checkedAt, checkedAt, before.own !== 'UNHEALTHY')
      : before.windows,
  });
}

/** Time has passed: an alert has waited long enough, or nobody checks the target any more. */
export function lookAgain(context: Context): Judged {
  const { state, now, config } = context;
  if (state === undefined) return handled();
  if (now >= forgetAt(state, config)) return farewell(state, context, 'nobody checks it any more');
  if (now < state.heardAt + staleAfterMs(state.checks)) return told(state, context, state);
  return unheard(state, context);
}

function forgetAt({ heardAt, checks }: TargetState, { forgetAfterMs }: Settings): number {
  return heardAt + Math.max(forgetAfterMs, staleAfterMs(checks));
}

/** Nobody looks any more. What its checks said last is kept, for when somebody does again. Where that is so for all targets it is told. */
function unheard(before: TargetState, { key, now, config, newId }: Context): Judged {
  const isNews = before.own !== 'UNKNOWN';
  const lost: TargetState = {
    ...before,
    own: 'UNKNOWN',
    ownSinceAt: isNews ? now : before.ownSinceAt,
    status: 'UNKNOWN',
    sinceAt: before.status === 'UNKNOWN' ? before.sinceAt : now,
    affectedBy: [],
  };
  const isSilence = key === ownTarget && before.alert === null;
  const alarmAt = isSilence ? lost.ownSinceAt + mostSilentMs : Infinity;
  const alert: OngoingAlert | null =
    now < alarmAt ? before.alert : { severity: 'WARNING', startsAt: lost.heardAt, correlationId: newId() };
  const publish: Said[] = [reportOf(key, { ...lost, alert, checks: {} })];
  if (alert !== null && now >= alarmAt) publish.push(unchecked(key, lost, alert, now));
  const endAt = forgetAt(lost, config);
  return handled({
    state: { ...lost, alert },
    publish,
    wakeAt: now < alarmAt ? Math.min(alarmAt, endAt) : endAt,
  });
}

function told(before: TargetState, context: Context, judged: TargetState): Judged {
  const { key, now, tables } = context;
  const { causes, isCleared } = upstreamOf(key, judged.dependsOn, failingSinceAt(judged), tables);
  const isUnwell = judged.own === 'HEALTHY' && causes.length > 0;
  const status = isUnwell ? 'DEGRADED' : judged.own;
  const placed: TargetState = {
    ...judged,
    status,
    sinceAt: status === before.status ? before.sinceAt : judged.own === before.own ? now : judged.ownSinceAt,
    affectedBy: causes,
    affectedAt: causes.length > 0 ? now : before.affectedAt,
  };
  const { alert, publication, waitUntil } = alertStep(placed, isCleared, context);
  const state = { ...placed, alert };
  const counts = key === ownTarget ? countsOf(tables.reports) : {};
  const publish: Said[] = [reportOf(key, state, counts), ...(publication === undefined ? [] : [publication])];
  const staleAt = state.heardAt + staleAfterMs(state.checks);
  return handled({ state, publish, wakeAt: Math.min(waitUntil ?? Infinity, staleAt) });
}

function farewell(state: TargetState, { key, now }: Context, why: string): Judged {
  const ended = state.alert === null ? [] : [resolved(key, state, state.alert, now, why)];
  const gone: Said = { topic: 'muster.health-reports.v1', key, value: null };
  return handled({ state: null, publish: [...ended, gone], wakeAt: null });
}

function worst(checks: Readonly<Record<string, CheckMemory>>): HealthStatus {
  const statuses = Object.values(checks).map(statusOf);
  return statuses.toSorted((a, b) => ranks.indexOf(b) - ranks.indexOf(a))[0] ?? 'UNKNOWN';
}

/** When the trouble of the checks that are not well began. */
function failingSinceAt({ checks, ownSinceAt }: TargetState): number {
  const failing = Object.values(checks).filter(({ failures }) => failures > 0);
  return Math.min(ownSinceAt, ...failing.map((memory) => memory.failingSinceAt));
}
