import type { ReviewNeed } from '@muster/policy';
import type { ChangeClaimInput, DecisionInput } from '@muster/schemas';
import type { ChangePublication, GivenReview, Grounds, Undecided } from './change-state.ts';
import { reviewersIn, rolesOf } from './review-needs.ts';

/** All claims go to one ledger, so that budgets are counted in one order. */
export const ledger = 'approvals';

/** What is decided, besides what follows from the request. */
export interface Verdict {
  readonly verdict: 'APPROVED' | 'REJECTED' | 'ESCALATED' | 'EXPIRED';
  readonly reason: string;
  readonly decidedBy: readonly string[];
  readonly grounds: Grounds;
  readonly needs?: readonly ReviewNeed[];
  readonly reviews?: readonly GivenReview[];
  /** ESCALATED: when people must have spoken; APPROVED: until when it may be begun. */
  readonly expiresAt?: number;
}

export function decisionOf(undecided: Undecided, sequence: number, verdict: Verdict): ChangePublication {
  const { request, requestId, requestedAt, isShadow, correlationId } = undecided;
  const { needs = [], reviews = [], grounds, expiresAt = null } = verdict;
  const { changeId, target, changeClass, capability, undo, workflowId, stepId, incidentId } = request;
  const value: DecisionInput = {
    changeId,
    requestId,
    sequence,
    verdict: verdict.verdict,
    isShadow,
    reason: verdict.reason,
    decidedBy: verdict.decidedBy,
    ...grounds,
    reviews: reviews.map(({ reviewer, verdict: said, comment, at }) => ({ reviewer, verdict: said, comment, at })),
    reviewersNeeded: needs.length === 0 ? 0 : reviewersIn(needs),
    rolesNeeded: rolesOf(needs),
    target,
    changeClass,
    capability,
    undoCapability: undo?.capability ?? null,
    workflowId,
    stepId,
    incidentId,
    requestedAt,
    expiresAt,
  };
  return { topic: 'muster.decisions.v1', value, correlationId };
}

export function claimOf(
  kind: ChangeClaimInput['kind'],
  { request, correlationId, isShadow }: Undecided,
  isVerified: boolean | null = null,
): ChangePublication {
  const { changeId, target, changeClass } = request;
  // A change without a run of its own gets this one from the coordinator.
  const workflowId = isShadow ? null : (request.workflowId ?? `change-${changeId}`);
  return {
    topic: 'muster.change-claims.v1',
    value: { ledger, kind, changeId, target, changeClass, workflowId, isVerified },
    correlationId,
  };
}
