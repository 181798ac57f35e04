import { hysteresis, trend, type HysteresisState, type TrendState } from '@muster/analysis';
import type { CheckResult, HealthReport } from '@muster/schemas';

export type HealthStatus = HealthReport['status'];
export type CheckState = HealthReport['checks'][number];

/** What is remembered of one check; of constant size. */
export type CheckMemory = {
  readonly kind: string;
  readonly everyMs: number;
  /** Whether a conclusion could be drawn yet. */
  readonly isSettled: boolean;
  /** Not as it should be; not working. */
  readonly bad: HysteresisState;
  readonly broken: HysteresisState;
  /** Of the latest result that was not PASS. */
  readonly reason: string;
  readonly checkedAt: number;
  /** The same by the clock of who made it. */
  readonly saidAt: number;
  readonly latencyMs: number;
  readonly value: number | null;
  readonly unit: string;
  /** Results in a row that were not PASS, and the time of the first of them. */
  readonly failures: number;
  readonly failingSinceAt: number;
  readonly trend: TrendState | null;
  readonly perHour: number | null;
};

const scores = { PASS: 0, WARN: 1, FAIL: 2 } as const;

/** Takes a check on by one result. One that is not newer than the latest changes nothing. */
export function observeCheck(
  memory: CheckMemory | undefined,
  result: CheckResult,
  saidAt: number,
): CheckMemory | undefined {
  const { outcome, checkedAt, kind, everyMs, latencyMs, value, unit } = result;
  if (outcome !== 'PASS' && outcome !== 'WARN' && outcome !== 'FAIL') return memory;
  if (memory !== undefined && checkedAt <= memory.checkedAt) return memory;
  const sample = { at: checkedAt, score: scores[outcome] };
  const often = { raiseSamples: result.failAfter, clearSamples: result.recoverAfter, raiseForMs: 0, clearForMs: 0 };
  const bad = hysteresis(memory?.bad, sample, { ...often, raiseAt: 1, clearAt: 0 }).state;
  const broken = hysteresis(memory?.broken, sample, { ...often, raiseAt: 2, clearAt: 1 }).state;
  const isMeasured = outcome !== 'FAIL';
  const moved = isMeasured
    ? trend(memory?.trend ?? undefined, { at: checkedAt, value: value ?? latencyMs })
    : undefined;
  return {
    kind,
    everyMs,
    isSettled: (memory?.isSettled ?? false) || outcome === 'PASS' || bad.isRaised || broken.isRaised,
    bad,
    broken,
    reason: outcome === 'PASS' ? (memory?.reason ?? '') : result.reason,
    checkedAt,
    saidAt,
    latencyMs,
    value,
    unit,
    failures: outcome === 'PASS' ? 0 : (memory?.failures ?? 0) + 1,
    failingSinceAt:
      outcome === 'PASS' || memory === undefined || memory.failures === 0 ? checkedAt : memory.failingSinceAt,
    trend: moved?.state ?? memory?.trend ?? null,
    perHour: moved === undefined ? (memory?.perHour ?? null) : moved.trend.isTrending ? moved.trend.perHour : null,
  };
}

export function statusOf({ isSettled, bad, broken }: CheckMemory): HealthStatus {
  if (broken.isRaised) return 'UNHEALTHY';
  if (bad.isRaised) return 'DEGRADED';
  return isSettled ? 'HEALTHY' : 'UNKNOWN';
}

/** Whether the latest results speak against the status. */
export function isDoubted({ bad, broken }: CheckMemory): boolean {
  return bad.samples > 0 || broken.samples > 0;
}

export function checkStateOf(check: string, memory: CheckMemory): CheckState {
  const { kind, everyMs, checkedAt, latencyMs, value, unit, failures, perHour } = memory;
  const status = statusOf(memory);
  const reason = status === 'HEALTHY' && !isDoubted(memory) ? '' : memory.reason;
  return { check, kind, everyMs, status, reason, checkedAt, latencyMs, value, unit, failures, perHour };
}

/** The memory of a check as far as a report tells of it. */
export function memoryFrom(state: CheckState): CheckMemory {
  const { kind, everyMs, status, reason, checkedAt, latencyMs, value, unit, failures, perHour } = state;
  const edge = (isRaised: boolean): HysteresisState => ({ isRaised, samples: 0, lastAt: checkedAt });
  return {
    kind,
    everyMs,
    isSettled: status !== 'UNKNOWN',
    bad: edge(status === 'DEGRADED' || status === 'UNHEALTHY'),
    broken: edge(status === 'UNHEALTHY'),
    reason,
    checkedAt,
    saidAt: checkedAt,
    latencyMs,
    value,
    unit,
    failures,
    failingSinceAt: checkedAt,
    trend: null,
    perHour,
  };
}
