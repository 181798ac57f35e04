import { handled } from '@muster/agent';
import type { ChangeGrant } from '@muster/schemas';
import {
  wakeTimeOf,
  rememberMs,
  type ChangeContext,
  type ChangeOutcome,
  type ChangePhase,
  type ChangePublication,
  type ChangeState,
  type Claiming,
  type Escalated,
  type Undecided,
  type Wait,
} from './change-state.ts';
import { needsOf, wording } from './review-needs.ts';
import { rolesIn } from './settings.ts';
import { claimOf, decisionOf, type Verdict } from './telling.ts';
import { lower, two, weigh, type Weighing } from './weighing.ts';

/** How long the ledger has to answer. */
const answerWithinMs = 60_000;
/** People are warned a quarter of an hour before it is too late, or when three quarters of their time are over. */
const warnBeforeMs = 15 * 60_000;

export const noHistory = { verified: 0, rolledBack: 0, recentFailures: 0, targetFailures: 0 };

/** The next state of the key, with what it publishes. */
export function become(
  { state }: ChangeContext,
  phase: ChangePhase,
  publish: readonly ChangePublication[] = [],
): ChangeOutcome {
  const said = publish.filter(({ topic }) => topic === 'muster.decisions.v1').length;
  const next: ChangeState = { ...phase, told: (state?.told ?? 0) + said };
  return handled({ state: next, publish, wakeAt: wakeTimeOf(phase) });
}

/** The number of the decision that is published next. */
export const nextSequence = ({ state }: ChangeContext): number => (state?.told ?? 0) + 1;

/** The final decision. `claimed`: the ledger knows of the change. */
export function settle(
  undecided: Undecided,
  verdict: Verdict & { readonly verdict: 'APPROVED' | 'REJECTED' | 'EXPIRED' },
  context: ChangeContext,
  claimed: 'no' | 'yes' | 'granted',
): ChangeOutcome {
  const { now, config } = context;
  const isApproved = verdict.verdict === 'APPROVED';
  const told = isApproved ? { ...verdict, expiresAt: now + config.approvalValidMs } : verdict;
  const by = verdict.decidedBy.join(', ');
  const phase: ChangePhase = {
    phase: 'decided',
    verdict: verdict.verdict,
    at: now,
    by,
    target: undecided.request.target,
    request: undecided,
    forgetAt: now + rememberMs,
  };
  return become(context, phase, [
    decisionOf(undecided, nextSequence(context), told),
    ...(!isApproved && claimed === 'granted' ? [claimOf('RELEASE', undecided)] : []),
    ...(!isApproved && claimed !== 'no' ? [claimOf('OUTCOME', undecided)] : []),
  ]);
}

/** Too late, whatever it waited for. */
export function expire(undecided: Undecided, context: ChangeContext, waiting?: Escalated): ChangeOutcome {
  const verdict = {
    verdict: 'EXPIRED',
    reason:
      waiting === undefined
        ? 'Expired: it was too late to decide when it came.'
        : waiting.wait !== undefined
          ? `Expired: people approved it, but ${waitingFor(waiting.wait)}. Ask for it again if it is still wanted.`
          : `Expired: nobody decided it in time; it took ${wording(waiting.needs)}, because ${waiting.why}. Ask for it again if it is still wanted.`,
    decidedBy: ['approval/expiry'],
    grounds: waiting?.grounds ?? weigh(undecided.request, noHistory, context).grounds,
    ...(waiting && { needs: waiting.needs, reviews: waiting.reviews }),
  } as const;
  return settle(
    undecided,
    verdict,
    context,
    waiting === undefined ? 'no' : waiting.wait === undefined ? 'yes' : 'granted',
  );
}

/** What it waits for, as the end of a sentence. */
export function waitingFor({ why }: Wait): string {
  return why === '' ? 'the ledger of targets has not answered' : why.replace(/\.$/, '');
}

/** How long it waited, a sentence to follow another one; empty when it did not. */
export function waited(wait: Wait | undefined, now: number): string {
  return wait === undefined || wait.why === ''
    ? ''
    : ` It waited ${Math.ceil((now - wait.since) / 1_000)} s: ${lower(wait.why)}.`;
}

/** It may not have its target, and must not wait for it. */
export function refuseTarget(
  undecided: Undecided,
  grant: ChangeGrant,
  context: ChangeContext,
  verdict: Omit<Verdict, 'verdict' | 'reason' | 'decidedBy'>,
): ChangeOutcome {
  const reason = `Rejected: ${lower(grant.reason)}. Ask for it again when that has ended.`;
  return settle(
    undecided,
    { ...verdict, verdict: 'REJECTED', reason, decidedBy: ['approval/one-at-a-time'] },
    context,
    'granted',
  );
}

/** Asks the ledger: for room where nothing speaks against the change so far, else for the history alone. */
export function claim(undecided: Undecided, kind: 'CLAIM' | 'LOOK', context: ChangeContext): ChangeOutcome {
  const phase = { ...undecided, phase: 'claiming', claim: kind, answerBy: context.now + answerWithinMs } as const;
  return become(context, phase, [claimOf(kind, undecided)]);
}

/** What can be said without asking anybody: it can't be done, or a rule denies it. */
export function refuse(
  undecided: Undecided,
  weighing: Weighing,
  context: ChangeContext,
  claimed: 'no' | 'yes' | 'granted',
) {
  const { heard, unmet, grounds } = weighing;
  if (unmet.length > 0)
    return settle(
      undecided,
      { verdict: 'REJECTED', reason: `Rejected: ${unmet.join('; ')}.`, decidedBy: ['request/requires'], grounds },
      context,
      claimed,
    );
  if (heard.verdict !== 'DENY') return undefined;
  const reasons = heard.voices.filter(({ verdict }) => verdict === 'DENY').map(({ reason }) => lower(reason));
  const reason = `Rejected by ${heard.decidedBy.join(', ')}: ${reasons.join('; ')}.`;
  return settle(undecided, { verdict: 'REJECTED', reason, decidedBy: heard.decidedBy, grounds }, context, claimed);
}

/** The ledger has answered: all that is needed is known. */
export function decide(undecided: Claiming, grant: ChangeGrant, context: ChangeContext): ChangeOutcome {
  const { claim: asked, wait } = undecided;
  const weighing = weigh(undecided.request, grant, context);
  const hasClaimed = grant.isGranted || grant.isWaiting;
  const refused = refuse(undecided, weighing, context, hasClaimed ? 'granted' : 'yes');
  if (refused !== undefined) return refused;
  const { heard, grounds, doubts } = weighing;
  if (grant.heldBy !== null && doubts.length === 0 && asked === 'CLAIM')
    return grant.isWaiting
      ? become(context, waitFrom(undecided, grant, context))
      : refuseTarget(undecided, grant, context, { grounds });
  const hasRoom = asked === 'LOOK' || grant.isGranted;
  if (doubts.length > 0 || !hasRoom)
    return escalate(undecided, hasRoom ? doubts : [...doubts, lower(grant.reason)], weighing, context, hasClaimed);
  if (asked === 'LOOK') return claim(undecided, 'CLAIM', context);
  const reasons = heard.voices.filter(({ verdict }) => verdict === 'ALLOW').map(({ reason }) => lower(reason));
  const { risk, confidence, verified, rolledBack } = grounds;
  const experience = `${verified} of ${verified + rolledBack} such changes were verified`;
  const reason = `Approved by ${heard.decidedBy.join(', ')}: ${reasons.join('; ')}. Risk ${two(risk)}, confidence ${two(confidence)} (${experience}).${waited(wait, context.now)}`;
  return settle(undecided, { verdict: 'APPROVED', reason, decidedBy: heard.decidedBy, grounds }, context, 'granted');
}

/** Waits for its target from now on, or still does; until it is too late. */
export function waitFrom<C extends Claiming | Escalated>(phase: C, { reason }: ChangeGrant, { now }: ChangeContext): C {
  const wait = { since: phase.wait?.since ?? now, why: reason };
  return phase.phase === 'claiming' ? { ...phase, wait, answerBy: phase.expiresAt } : { ...phase, wait };
}

/** Passes it up to people. */
export function escalate(
  undecided: Undecided,
  doubts: readonly string[],
  { heard, grounds }: Weighing,
  context: ChangeContext,
  isGranted: boolean,
): ChangeOutcome {
  const { now, config } = context;
  const needs = needsOf(heard.needs, undecided.request, rolesIn(config.reviewRoles));
  const why = doubts.join('; ');
  const { expiresAt } = undecided;
  const warnAt = expiresAt - Math.min(warnBeforeMs, (expiresAt - now) / 4);
  const decidedBy = heard.verdict === 'REVIEW' ? heard.decidedBy : ['approval/caution'];
  const reason = `For people, because ${why}. It takes ${wording(needs)}.`;
  return become(
    context,
    { ...undecided, phase: 'escalated', grounds, why, needs, reviews: [], warnAt: Math.round(warnAt) },
    [
      decisionOf(undecided, nextSequence(context), {
        verdict: 'ESCALATED',
        reason,
        decidedBy,
        grounds,
        needs,
        expiresAt,
      }),
      ...(isGranted ? [claimOf('RELEASE', undecided)] : []),
    ],
  );
}
