import { handled, ignored } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { Decision } from '@muster/schemas';
import { auditDecision } from './auditing.ts';
import {
  rememberMs,
  wakeTimeOf,
  type ChangeContext,
  type ChangeOutcome,
  type ChangePhase,
  type ChangeState,
} from './change-state.ts';
import { lower } from './weighing.ts';

const self = 'approval';

/**
 * Its own decision comes back by its topic. It goes into the audit, and it counts: where a rebuild has come to another one, because rules or
 * flags are others now, the one on the topic stands. So a change has one final decision, whatever is lost.
 */
export function adopt(
  { value: decision, timestamp }: Message<'muster.decisions.v1'>,
  context: ChangeContext,
): ChangeOutcome {
  if (decision.envelope.source !== self)
    return ignored(`a decision of ${decision.envelope.source}, which decides nothing here`);
  const { state } = context;
  const told = state?.told ?? 0;
  const isOld = decision.sequence < told;
  const phase = isOld ? state : phaseAfter(decision, state, timestamp);
  if (phase === undefined) return ignored('a decision on a change that is not known any more');
  const next: ChangeState = { ...phase, told: Math.max(told, decision.sequence) };
  return handled({
    state: next,
    publish: [{ ...auditDecision(decision, timestamp), correlationId: decision.envelope.correlationId }],
    wakeAt: wakeTimeOf(next),
  });
}

function phaseAfter(decision: Decision, state: ChangeState | undefined, at: number): ChangePhase | undefined {
  const { verdict, decidedBy, target } = decision;
  if (verdict !== 'ESCALATED') {
    // What has been heard stands: a second final decision, should one be on the topic, changes nothing.
    if (state?.phase === 'decided' && (state.verdict === verdict || state.request === null))
      return { ...state, request: null };
    return {
      phase: 'decided',
      verdict,
      at,
      by: decidedBy.join(', '),
      target,
      request: null,
      forgetAt: at + rememberMs,
    };
  }
  if (state === undefined || state.phase === 'escalated' || state.phase === 'unknown') return state;
  const undecided = state.phase === 'decided' ? state.request : state;
  if (undecided === null) return state;
  const { request, requestId, correlationId, requestedAt, isShadow } = undecided;
  const { rules, risk, confidence, verified, rolledBack, reviewersNeeded, rolesNeeded } = decision;
  return {
    phase: 'escalated',
    request,
    requestId,
    correlationId,
    requestedAt,
    isShadow: isShadow || decision.isShadow,
    expiresAt: decision.expiresAt ?? undecided.expiresAt,
    grounds: { rules, risk, confidence, verified, rolledBack },
    why: lower(decision.reason),
    needs: [{ rule: decidedBy.join(', '), reviewers: Math.max(1, reviewersNeeded), roles: rolesNeeded }],
    reviews: decision.reviews.map((review) => ({ ...review, roles: rolesNeeded })),
    warnAt: null,
  };
}
