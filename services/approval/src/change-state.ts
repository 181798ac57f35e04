import type { HandlerContext, Outcome, Publication } from '@muster/agent';
import type { ReviewNeed } from '@muster/policy';
import type { ChangeRequest, Decision } from '@muster/schemas';
import type { Settings } from './settings.ts';

/** A request on which nothing final has been heard yet. */
interface Undecided {
  readonly request: Omit<ChangeRequest, 'envelope'>;
  readonly requestId: string;
  readonly correlationId: string;
  readonly requestedAt: number;
  /** When it is too late to decide. */
  readonly expiresAt: number;
  /** In shadow when it was asked for, or at any time since. */
  readonly isShadow: boolean;
}

/** Waits for the ledger's answer. */
export interface Claiming extends Undecided {
  readonly phase: 'claiming';
  readonly claim: 'CLAIM' | 'LOOK';
  readonly answerBy: number;
  readonly wait?: Wait;
}

/** Waits until its target is free. */
export interface Wait {
  readonly since: number;
  /** Who has the target, a sentence; empty: the ledger has not answered yet. */
  readonly why: string;
}

/** Waits for people; with `wait`, all of them have approved it. */
export interface Escalated extends Undecided {
  readonly phase: 'escalated';
  /** What was said when it was passed up; the final decision repeats it. */
  readonly grounds: Grounds;
  readonly why: string;
  readonly needs: readonly ReviewNeed[];
  /** The last of each person. */
  readonly reviews: readonly GivenReview[];
  /** Null once they have been warned. */
  readonly warnAt: number | null;
  readonly wait?: Wait;
}

/** Decided. The request is kept until the decision has been heard. */
export interface Decided {
  readonly phase: 'decided';
  readonly verdict: string;
  readonly at: number;
  readonly by: string;
  readonly target: string;
  readonly request: Undecided | null;
  readonly forgetAt: number;
}

/** Nothing is known of it but that somebody spoke of it. */
interface Unknown {
  readonly phase: 'unknown';
  readonly forgetAt: number;
}

export type ChangePhase = Claiming | Escalated | Decided | Unknown;

/** What is remembered of a change. */
export type ChangeState = ChangePhase & {
  /** Decisions published so far. */
  readonly told: number;
};

/** What a decision rests on besides people. */
export type Grounds = Pick<Decision, 'rules' | 'risk' | 'confidence' | 'verified' | 'rolledBack'>;

export type GivenReview = Decision['reviews'][number] & { readonly roles: readonly string[] };

export type ChangeTables = { targets: 'muster.topology.v1'; policies: 'muster.policies.v1'; flags: 'muster.flags.v1' };
export type ChangeContext = HandlerContext<ChangeState, Settings, ChangeTables>;
type ChangeTopic = 'muster.decisions.v1' | 'muster.change-claims.v1' | 'muster.audit.v1';
export type ChangeOutcome = Outcome<ChangeState, ChangeTopic>;
export type ChangePublication = Publication<ChangeTopic>;

/** Decided changes, and those nobody knows, are forgotten after this: as long as reviews are kept. */
export const rememberMs = 90 * 24 * 3_600_000;

export type { Undecided };

/** When the key has to be woken next. */
export function wakeTimeOf(phase: ChangePhase): number {
  if (phase.phase === 'claiming') return Math.min(phase.answerBy, phase.expiresAt);
  if (phase.phase === 'escalated') return phase.warnAt ?? phase.expiresAt;
  return phase.forgetAt;
}
