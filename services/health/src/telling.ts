import type { Publication } from '@muster/agent';
import type { AlertInput, Severity, Target } from '@muster/schemas';
import { availabilityOf } from './availability.ts';
import { checkStateOf, isDoubted, statusOf, type CheckMemory } from './check-memory.ts';
import type { OngoingAlert, TargetState } from './target-state.ts';

type AlertPublication = Publication<'muster.alerts.v1'>;

/** The target under which health speaks of itself and of all targets together. */
export const ownTarget = 'muster/health';

const severities: readonly Severity[] = ['UNKNOWN', 'INFO', 'WARNING', 'CRITICAL'];

export function severityOf(own: TargetState['own'], tier: Target['tier'] = 'STANDARD'): Severity {
  const isLow = tier === 'LOW';
  if (own === 'UNHEALTHY') return isLow ? 'WARNING' : 'CRITICAL';
  return isLow ? 'INFO' : 'WARNING';
}

export function isWorse(severity: Severity, than: Severity): boolean {
  return severities.indexOf(severity) > severities.indexOf(than);
}

/** Why a target is not HEALTHY, in a sentence; empty where it is. */
function reasonOf({ own, checks, affectedBy }: Pick<TargetState, 'own' | 'checks' | 'affectedBy'>): string {
  const isWell = own === 'HEALTHY' || own === 'UNKNOWN';
  const spoken = Object.entries(checks)
    .filter(([, memory]) => memory.reason !== '' && (isWell ? isDoubted(memory) : statusOf(memory) === own))
    .map(([check, { reason }]) => `${check}: ${reason}`);
  const above =
    affectedBy.length === 0
      ? []
      : [
          `it depends on ${affectedBy.slice(0, 5).join(', ')}, which ${affectedBy.length === 1 ? 'does' : 'do'} not work`,
        ];
  return [...spoken, ...above].join('; ');
}

export function reportOf(
  target: string,
  state: TargetState,
  counts: Readonly<Record<string, number>> = {},
): Publication<'muster.health-reports.v1'> {
  const { status, sinceAt, checkedAt, affectedBy, dependsOn, alert, windows } = state;
  return {
    topic: 'muster.health-reports.v1',
    value: {
      target,
      status,
      sinceAt,
      checkedAt,
      reason:
        status === 'HEALTHY'
          ? ''
          : status === 'UNKNOWN'
            ? reasonOf(state) || 'nobody has looked lately'
            : reasonOf(state),
      isDoubted: Object.values(state.checks).some(isDoubted),
      affectedBy: [...affectedBy],
      dependsOn: [...dependsOn],
      checks: Object.entries(state.checks).map(([check, memory]) => checkStateOf(check, memory)),
      availability: availabilityOf(windows, checkedAt),
      alert: alert === null ? null : { severity: alert.severity, startsAt: alert.startsAt },
      counts,
    },
  };
}

export function firing(target: string, state: TargetState, alert: OngoingAlert): AlertPublication {
  const { own } = state;
  const reason = reasonOf(state);
  const value: AlertInput = {
    ...common(target, state, alert),
    status: 'FIRING',
    title: `${target} ${own === 'UNHEALTHY' ? 'does not work' : 'does not work as it should'}: ${reason}`.slice(0, 300),
    description: reason,
    evidence: Object.entries(state.checks)
      .filter(([, memory]) => statusOf(memory) !== 'HEALTHY')
      .map(([check, memory]) => evidenceOf(target, check, memory)),
    endsAt: null,
  };
  return { topic: 'muster.alerts.v1', value, correlationId: alert.correlationId };
}

/** Nobody looks at any target. `now`: epoch ms. */
export function unchecked(target: string, state: TargetState, alert: OngoingAlert, now: number): AlertPublication {
  const text = `no target has been checked for ${Math.round((now - state.heardAt) / 1_000)} s`;
  const value: AlertInput = {
    ...common(target, state, alert),
    status: 'FIRING',
    title: `${target}: ${text}`,
    description: `${text}: the log of health says why`,
    evidence: [],
    endsAt: null,
  };
  return { topic: 'muster.alerts.v1', value, correlationId: alert.correlationId };
}

export function resolved(
  target: string,
  state: TargetState,
  alert: OngoingAlert,
  at: number,
  why: string,
): AlertPublication {
  const value: AlertInput = {
    ...common(target, state, alert),
    status: 'RESOLVED',
    title: `${target}: ${why}`.slice(0, 300),
    description: why,
    endsAt: Math.max(at, alert.startsAt),
  };
  return { topic: 'muster.alerts.v1', value, correlationId: alert.correlationId };
}

function common(target: string, { checks }: TargetState, { severity, startsAt }: OngoingAlert) {
  const isCapacity = Object.values(checks).every(({ kind }) => kind === 'system');
  const category = target === ownTarget ? 'MESH' : isCapacity ? 'CAPACITY' : 'AVAILABILITY';
  return { fingerprint: `health/${target}`, severity, target, category, startsAt } as const;
}

function evidenceOf(target: string, check: string, { kind, reason, value, unit, failures }: CheckMemory) {
  return { detector: kind, series: `${target}/${check}`, reason, observed: value, unit, samples: failures };
}
