import type { Publication } from '@muster/agent';
import { flappingAt, flappingEndsAt, noteTransition, type FlappingState } from '@muster/analysis';
import type { AlertInput, Severity } from '@muster/schemas';
import type { AlertBody } from './evidence.ts';
import { isWorse } from './severity.ts';

/** What a watch says of its condition. A condition it has nothing to say about stays as it is. */
export interface Finding {
  /** What is the matter; part of the fingerprint. */
  readonly kind: string;
  readonly isRaised: boolean;
  readonly severity: Severity;
  /** When the condition began, or ended, by the clock it was judged by; epoch ms. */
  readonly at: number;
  /** Called only when there is something to publish. */
  readonly alert: () => AlertBody;
}

/** An alert from its first FIRING until it is resolved and has been quiet for the flapping window. */
export type AlertLife = {
  readonly kind: string;
  /** As it was published last. */
  readonly alert: AlertInput;
  /** The condition, which is not told at every change while it flaps. */
  readonly isRaised: boolean;
  /** One for all messages from FIRING to RESOLVED. */
  readonly correlationId: string;
  readonly flapping: FlappingState;
  /** Changes, folded ones included. */
  readonly transitions: number;
};

/** Who speaks and on whose account, for a new alert. */
export interface Origin {
  readonly fingerprint: string;
  readonly target: string;
  readonly correlationId: () => string;
}

interface Step {
  readonly life: AlertLife | undefined;
  readonly publication?: Publication<'muster.alerts.v1'>;
}

/** Six changes within an hour are flapping; it is over when fewer than three are left in the hour. */
const flappingOptions = { windowMs: 3_600_000, startAt: 6, stopBelow: 3 };

/**
 * Takes an alert on by one finding. Published are changes between FIRING and RESOLVED, a severity that rises, and the begin and the end of
 * flapping; an alert that flaps is FIRING until it ends, and its changes are counted instead of told.
 */
export function live(life: AlertLife | undefined, finding: Finding, now: number, origin: Origin): Step {
  if (life === undefined && !finding.isRaised) return { life };
  const isChange = finding.isRaised !== (life?.isRaised ?? false);
  const flapping = isChange
    ? noteTransition(life?.flapping, now, flappingOptions)
    : flappingAt(life?.flapping, now, flappingOptions);
  const wasFlapping = life?.flapping.isFlapping ?? false;
  const transitions = wasFlapping ? life!.transitions + (isChange ? 1 : 0) : flapping.transitions.length;
  const isWorsening = finding.isRaised && life !== undefined && isWorse(finding.severity, life.alert.severity);
  if (flapping.isFlapping === wasFlapping && (wasFlapping || !isChange) && !isWorsening) {
    const isOver = !finding.isRaised && flapping.transitions.length === 0;
    return { life: isOver ? undefined : { ...life!, isRaised: finding.isRaised, flapping, transitions } };
  }
  const isFiring = finding.isRaised || flapping.isFlapping;
  const ongoing = life?.alert.status === 'FIRING' ? life : undefined;
  const startsAt = ongoing?.alert.startsAt ?? finding.at;
  const alert: AlertInput = {
    // An alert that goes on says what is the matter, not that it is over for the moment.
    ...(isFiring && !finding.isRaised ? life!.alert : finding.alert()),
    fingerprint: origin.fingerprint,
    target: origin.target,
    status: isFiring ? 'FIRING' : 'RESOLVED',
    severity:
      ongoing === undefined || isWorse(finding.severity, ongoing.alert.severity)
        ? finding.severity
        : ongoing.alert.severity,
    startsAt,
    endsAt: isFiring ? null : Math.max(finding.at, startsAt),
    isFlapping: flapping.isFlapping,
    transitions,
  };
  const correlationId = ongoing?.correlationId ?? origin.correlationId();
  return {
    life: { kind: finding.kind, alert, isRaised: finding.isRaised, correlationId, flapping, transitions },
    publication: { topic: 'muster.alerts.v1', value: alert, correlationId },
  };
}

/** The finding that nothing has changed, for the alert to get older by. */
export function unchanged(life: AlertLife, at: number): Finding {
  return { kind: life.kind, isRaised: life.isRaised, severity: life.alert.severity, at, alert: () => life.alert };
}

/** The finding that the condition is over without its watch having seen the end. */
export function over(life: AlertLife, at: number, why: string): Finding {
  const alert = (): AlertBody => ({ ...life.alert, description: why });
  return { kind: life.kind, isRaised: false, severity: life.alert.severity, at, alert };
}

/** When the alert has something to say without any message; epoch ms. */
export function lifeWakesAt(life: AlertLife): number | undefined {
  return flappingEndsAt(life.flapping, flappingOptions);
}
