import { handled, ignored } from '@muster/agent';
import type { Message } from '@muster/bus';
import { adopt } from './adopting.ts';
import type { ChangeContext, ChangeOutcome, Claiming, Escalated } from './change-state.ts';
import {
  become,
  claim,
  decide,
  escalate,
  expire,
  nextSequence,
  noHistory,
  refuse,
  settle,
  waitingFor,
} from './deciding.ts';
import { flawIn, stillShadowed, undecidedFrom } from './requesting.ts';
import { missing, wording } from './review-needs.ts';
import { takeReview, takeTarget } from './reviewing.ts';
import { claimOf, decisionOf } from './telling.ts';
import { weigh } from './weighing.ts';

export type ChangeMessage = Message<
  'muster.change-requests.v1' | 'muster.reviews.v1' | 'muster.change-grants.v1' | 'muster.decisions.v1'
>;

/** All that is said of one change: it is asked for, the ledger answers, people speak, and what was decided comes back. */
export function handleChange(message: ChangeMessage, context: ChangeContext): ChangeOutcome {
  switch (message.topic) {
    case 'muster.change-requests.v1':
      return takeRequest(message, context);
    case 'muster.change-grants.v1':
      return takeGrant(message, context);
    case 'muster.reviews.v1':
      return takeReview(message, context);
    case 'muster.decisions.v1':
      return adopt(message, context);
  }
}

function takeRequest({ id, value }: Message<'muster.change-requests.v1'>, context: ChangeContext): ChangeOutcome {
  const { state, now, key } = context;
  if (state !== undefined && state.phase !== 'unknown')
    return ignored(
      `change ${key} was asked for already, and the first request counts: give another one its own changeId`,
    );
  const undecided = undecidedFrom(value, id, context);
  const flaw = flawIn(undecided.request);
  const weighing = weigh(undecided.request, noHistory, context);
  if (flaw !== undefined) {
    const { grounds } = weighing;
    const verdict = {
      verdict: 'REJECTED',
      reason: `Rejected: ${flaw}.`,
      decidedBy: ['request/form'],
      grounds,
    } as const;
    return settle(undecided, verdict, context, 'no');
  }
  if (undecided.expiresAt <= now) return expire(undecided, context);
  const { heard, unmet, doubts } = weighing;
  if (unmet.length > 0) return refuse(undecided, weighing, context, 'no') ?? ignored('nothing is unmet');
  return claim(undecided, heard.verdict === 'ALLOW' && doubts.length === 0 ? 'CLAIM' : 'LOOK', context);
}

function takeGrant({ value: grant }: Message<'muster.change-grants.v1'>, context: ChangeContext): ChangeOutcome {
  const { state, now } = context;
  if (state?.phase === 'claiming') {
    const undecided = stillShadowed(state, context);
    return now >= state.expiresAt ? settleLate(undecided, context) : decide(undecided, grant, context);
  }
  if (state?.phase === 'escalated' && state.wait !== undefined)
    return takeTarget(stillShadowed(state, context), grant, context);
  // The answer came when people had been asked instead.
  if (state?.phase === 'escalated' && (grant.isGranted || grant.isWaiting))
    return handled({ publish: [claimOf('RELEASE', state)] });
  return ignored('nobody waits for this grant');
}

function settleLate(undecided: Claiming, context: ChangeContext): ChangeOutcome {
  const { wait } = undecided;
  const { grounds } = weigh(undecided.request, noHistory, context);
  const reason =
    wait === undefined
      ? 'Expired: the ledger of budgets answered too late.'
      : `Expired: ${waitingFor(wait)}. Ask for it again if it is still wanted.`;
  return settle(undecided, { verdict: 'EXPIRED', reason, decidedBy: ['approval/expiry'], grounds }, context, 'granted');
}

/** Something was to happen by now, and has not: an answer, or enough reviews. */
export function wakeChange(context: ChangeContext): ChangeOutcome {
  const { state, now } = context;
  if (state === undefined) return ignored('nothing is remembered of it');
  switch (state.phase) {
    case 'claiming':
      if (now >= state.expiresAt) return settleLate(state, context);
      if (now < state.answerBy) return become(context, state);
      return escalate(
        stillShadowed(state, context),
        ['the ledger of budgets has not answered'],
        weigh(state.request, noHistory, context),
        context,
        false,
      );
    case 'escalated':
      if (now >= state.expiresAt) return expire(stillShadowed(state, context), context, state);
      return state.warnAt === null || now < state.warnAt ? become(context, state) : warn(state, context);
    case 'decided':
    case 'unknown':
      return now < state.forgetAt ? become(context, state) : handled({ state: null });
  }
}

/** Says once more that people are waited for, shortly before it is too late. */
function warn(state: Escalated, context: ChangeContext): ChangeOutcome {
  const { grounds, needs, reviews, expiresAt } = state;
  const minutes = Math.max(1, Math.round((expiresAt - context.now) / 60_000));
  const reason = `Expires in ${minutes} min without ${wording(missing(needs, reviews))}. For people, because ${state.why}.`;
  const warning = {
    verdict: 'ESCALATED',
    decidedBy: ['approval/expiry'],
    reason,
    grounds,
    needs,
    reviews,
    expiresAt,
  } as const;
  return become(context, { ...state, warnAt: null }, [decisionOf(state, nextSequence(context), warning)]);
}
