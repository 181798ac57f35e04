import type { HealthReport, Severity } from '@muster/schemas';
import { windowsFrom, type Windows } from './availability.ts';
import { memoryFrom, type CheckMemory, type HealthStatus } from './check-memory.ts';

/** The alert about a target while it is FIRING. */
export type OngoingAlert = {
  readonly severity: Severity;
  readonly startsAt: number;
  /** One for all messages of the episode. */
  readonly correlationId: string;
};

/** What is remembered of one target; constant for a constant number of checks. */
export type TargetState = {
  readonly checks: Readonly<Record<string, CheckMemory>>;
  readonly dependsOn: readonly string[];
  /** What its own checks make of it, and since when. */
  readonly own: HealthStatus;
  readonly ownSinceAt: number;
  /** With what it suffers from others. */
  readonly status: HealthStatus;
  readonly sinceAt: number;
  readonly affectedBy: readonly string[];
  /** When something above it was last found not to work, by the log's clock. */
  readonly affectedAt: number | null;
  readonly windows: Windows | undefined;
  /** Time of the newest result, and when it was heard by the log's clock. */
  readonly checkedAt: number;
  readonly heardAt: number;
  /** When somebody began to look at it again after nobody did, in the time of `checkedAt`. */
  readonly resumedAt: number;
  readonly alert: OngoingAlert | null;
};

/**
 * A target as its last report tells of it: what is gone on from when the state is lost. Results as old as the report are in it already. Without a
 * report it is a new one.
 */
export function stateFrom(report: HealthReport | undefined, now: number, newId: () => string): TargetState {
  if (report === undefined)
    return {
      checks: {},
      dependsOn: [],
      own: 'UNKNOWN',
      ownSinceAt: now,
      status: 'UNKNOWN',
      sinceAt: now,
      affectedBy: [],
      affectedAt: null,
      windows: undefined,
      checkedAt: 0,
      heardAt: now,
      resumedAt: 0,
      alert: null,
    };
  const { status, sinceAt, affectedBy, dependsOn, checkedAt, availability, alert } = report;
  const checks = report.checks.map((state) => [state.check, memoryFrom(state)] as const);
  return {
    checks: Object.fromEntries(checks),
    dependsOn,
    own: affectedBy.length > 0 && status === 'DEGRADED' ? 'HEALTHY' : status,
    ownSinceAt: sinceAt,
    status,
    sinceAt,
    affectedBy,
    affectedAt: affectedBy.length > 0 ? now : null,
    windows: windowsFrom(availability, checkedAt),
    checkedAt,
    heardAt: now,
    resumedAt: 0,
    alert: alert === null ? null : { ...alert, correlationId: newId() },
  };
}
