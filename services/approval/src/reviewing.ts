import type { Message } from '@muster/bus';
import { unmetRequirements } from '@muster/policy';
import type { ChangeGrant, Review } from '@muster/schemas';
import { auditReview, type ReviewFate } from './auditing.ts';
import {
  rememberMs,
  type ChangeContext,
  type ChangeOutcome,
  type ChangePhase,
  type ChangePublication,
  type Escalated,
  type GivenReview,
} from './change-state.ts';
import { become, expire, refuseTarget, settle, waited, waitFrom } from './deciding.ts';
import { stillShadowed } from './requesting.ts';
import { missing, refusalOf, withReview, wording } from './review-needs.ts';
import { surroundingsOf } from './surroundings.ts';
import { claimOf } from './telling.ts';

/** A person has spoken. Counted or refused, it is in the audit. */
export function takeReview(message: Message<'muster.reviews.v1'>, context: ChangeContext): ChangeOutcome {
  const { state, now } = context;
  if (state === undefined || state.phase === 'unknown')
    return note(message, context, { refused: 'Nobody has asked for this change.' }, '', {
      phase: 'unknown',
      forgetAt: now + rememberMs,
    });
  if (state.phase === 'decided') {
    const refused = `It is decided already: ${state.verdict} at ${new Date(state.at).toISOString()} by ${state.by}.`;
    return note(message, context, { refused }, state.target, state);
  }
  const { target } = state.request;
  if (state.phase === 'claiming')
    return note(message, context, { refused: 'Nobody has been asked yet: it is being decided.' }, target, state);
  if (now >= state.expiresAt) {
    const expired = expire(state, context, state);
    return together(message, { refused: 'It came after the change had expired.' }, target, expired);
  }
  const refused = refusalOf(message.value, state);
  return refused === undefined
    ? count(message, stillShadowed(state, context), context)
    : note(message, context, { refused }, target, state);
}

function count(message: Message<'muster.reviews.v1'>, state: Escalated, context: ChangeContext): ChangeOutcome {
  const { value, timestamp } = message;
  const reviews = withReview(state.reviews, givenBy(value, timestamp));
  const { target } = state.request;
  const { grounds, needs } = state;
  const left = missing(needs, reviews);
  if (value.verdict === 'DENY') {
    const reason = `Rejected by ${value.reviewer}${because(value.comment)}`;
    const verdict = { verdict: 'REJECTED', reason, decidedBy: [value.reviewer], grounds, needs, reviews } as const;
    const rejected = settle(state, verdict, context, state.wait === undefined ? 'yes' : 'granted');
    return together(message, { missing: '' }, target, rejected);
  }
  if (left.length > 0) return note(message, context, { missing: wording(left) }, target, { ...state, reviews });
  // All have spoken: it takes the target now, for which it may have to wait.
  const wait = state.wait ?? { since: context.now, why: '' };
  const claims = state.wait === undefined ? [claimOf('HOLD', state)] : [];
  const held = become(context, { ...state, reviews, warnAt: null, wait }, claims);
  return together(message, { missing: '' }, target, held);
}

/** People have approved it, and the ledger says whether it has its target. */
export function takeTarget(state: Escalated, grant: ChangeGrant, context: ChangeContext): ChangeOutcome {
  const { grounds, needs, reviews, wait } = state;
  const base = { grounds, needs, reviews };
  if (context.now >= state.expiresAt) return expire(state, context, state);
  // The answer to an earlier question.
  if (!grant.isGranted && grant.heldBy === null) return become(context, state);
  if (!grant.isGranted)
    return grant.isWaiting
      ? become(context, waitFrom(state, grant, context))
      : refuseTarget(state, grant, context, base);
  const unmet = unmetRequirements(surroundingsOf(state.request, context));
  if (unmet.length > 0) {
    const reason = `People approved it, but ${unmet.join('; ')}.`;
    return settle(state, { ...base, verdict: 'REJECTED', reason, decidedBy: ['request/requires'] }, context, 'granted');
  }
  const approvals = reviews.filter(({ verdict }) => verdict === 'APPROVE');
  const decidedBy = approvals.map(({ reviewer }) => reviewer);
  const last = approvals.at(-1);
  const reason = `Approved by ${decidedBy.join(', ')}${because(last?.comment ?? '')}${waited(wait, context.now)}`;
  return settle(state, { ...base, verdict: 'APPROVED', reason, decidedBy }, context, 'granted');
}

/** What is kept of a review. */
function givenBy({ reviewer, roles, verdict, comment }: Review, at: number): GivenReview {
  return { reviewer, roles: roles.slice(0, 20), verdict, comment: comment.slice(0, 500), at };
}

function because(comment: string): string {
  return comment.trim() === '' ? '.' : `: ${comment.trim().slice(0, 500)}`;
}

type Fate = Pick<ReviewFate, 'refused' | 'missing'>;

/** The review goes into the audit, and nothing is decided by it. */
function note(
  message: Message<'muster.reviews.v1'>,
  context: ChangeContext,
  fate: Fate,
  target: string,
  phase: ChangePhase,
): ChangeOutcome {
  return together(message, fate, target, become(context, phase));
}

/** The outcome with the review in the audit. */
function together(
  { id, value, timestamp }: Message<'muster.reviews.v1'>,
  fate: Fate,
  target: string,
  outcome: ChangeOutcome,
): ChangeOutcome {
  if (outcome.kind !== 'handled' || outcome.state === undefined || outcome.state === null) return outcome;
  const record = auditReview(value, { id, at: timestamp, target, ...fate });
  const publish: readonly ChangePublication[] = [...(outcome.publish ?? []), record];
  return { ...outcome, publish };
}
