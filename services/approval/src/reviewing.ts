import type { Message } from '@muster/bus';
import { unmetRequirements } from '@muster/policy';
import type { Review } from '@muster/schemas';
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
import { become, expire, settle } from './deciding.ts';
import { stillShadowed } from './requesting.ts';
import { missing, refusalOf, withReview, wording } from './review-needs.ts';
import { surroundingsOf } from './surroundings.ts';

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
  const base = { decidedBy: deciding(reviews, value), grounds, needs, reviews };
  if (value.verdict === 'DENY') {
    const reason = `Rejected by ${value.reviewer}${because(value)}`;
    const rejected = settle(state, { ...base, verdict: 'REJECTED', reason }, context, 'yes');
    return together(message, { missing: '' }, target, rejected);
  }
  if (left.length > 0) return note(message, context, { missing: wording(left) }, target, { ...state, reviews });
  const unmet = unmetRequirements(surroundingsOf(state.request, context));
  const settled =
    unmet.length > 0
      ? settle(
          state,
          {
            ...base,
            verdict: 'REJECTED',
            reason: `People approved it, but ${unmet.join('; ')}.`,
            decidedBy: ['request/requires'],
          },
          context,
          'yes',
        )
      : settle(
          state,
          { ...base, verdict: 'APPROVED', reason: `Approved by ${base.decidedBy.join(', ')}${because(value)}` },
          context,
          'yes',
        );
  return together(message, { missing: '' }, target, settled);
}

/** What is kept of a review. */
function givenBy({ reviewer, roles, verdict, comment }: Review, at: number): GivenReview {
  return { reviewer, roles: roles.slice(0, 20), verdict, comment: comment.slice(0, 500), at };
}

function deciding(reviews: readonly GivenReview[], { reviewer, verdict }: Review): readonly string[] {
  return verdict === 'DENY'
    ? [reviewer]
    : reviews.filter((each) => each.verdict === verdict).map((each) => each.reviewer);
}

function because({ comment }: Review): string {
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
