import type { Publication } from '@muster/agent';
import type { Context } from './settings.ts';
import type { OngoingAlert, TargetState } from './target-state.ts';
import { firing, isWorse, resolved, severityOf } from './telling.ts';

interface AlertStep {
  readonly alert: OngoingAlert | null;
  readonly publication?: Publication<'muster.alerts.v1'>;
  /** When it is to be looked at again, epoch ms. */
  readonly waitUntil?: number;
}

/**
 * Whether people are told. A target below one that does not work is not: the alert about the cause is enough. Before its own alert it waits until
 * what it depends on has been looked at, and after a cause has gone until it had time to come back itself.
 */
export function alertStep(state: TargetState, isCleared: boolean, context: Context): AlertStep {
  const { key, now, config, tables } = context;
  const { own, alert, affectedBy } = state;
  if (own === 'UNKNOWN') return { alert };
  if (own === 'HEALTHY')
    return alert === null
      ? { alert }
      : { alert: null, publication: resolved(key, state, alert, state.checkedAt, 'works again') };
  if (affectedBy.length > 0) {
    if (alert === null) return { alert };
    const why = `suffers from ${affectedBy.join(', ')}`;
    return { alert: null, publication: resolved(key, state, alert, now, why) };
  }
  const severity = severityOf(own, tables.targets.get(key)?.tier);
  if (alert !== null) {
    if (!isWorse(severity, alert.severity)) return { alert };
    const worse = { ...alert, severity };
    return { alert: worse, publication: firing(key, state, worse) };
  }
  const waitUntil = Math.max(
    isCleared ? 0 : state.ownSinceAt + config.dependencyWaitMs,
    state.affectedAt === null ? 0 : state.affectedAt + comesBackWithinMs(state) + config.dependencyWaitMs,
  );
  if (now < waitUntil) return { alert, waitUntil };
  const begun = { severity, startsAt: state.ownSinceAt, correlationId: context.newId() };
  return { alert: begun, publication: firing(key, state, begun) };
}

/** After its cause has gone a target is looked at within one interval; it may have been checked just before. */
function comesBackWithinMs({ checks }: TargetState): number {
  return Math.max(0, ...Object.values(checks).map(({ everyMs }) => everyMs));
}
