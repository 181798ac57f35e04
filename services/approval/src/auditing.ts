import { waitingRecord, type AuditEntry } from '@muster/policy';
import type { Decision, Review } from '@muster/schemas';
import type { ChangePublication } from './change-state.ts';

type Entry = Omit<AuditEntry, 'subject'>;

/** Its place in the chain it gets from the log, on which it waits: see keeping-chains.ts. */
function record(changeId: string, entry: Entry): ChangePublication {
  return { topic: 'muster.audit.v1', value: waitingRecord({ subject: `approval/${changeId}`, ...entry }) };
}

/** A review, counted or refused: why it was refused, or what is still missing. */
export function auditReview(
  { changeId, reviewer, roles, verdict, comment }: Review,
  { id, at, target, refused, missing }: ReviewFate,
): ChangePublication {
  const said = { verdict, comment: shortened(comment) };
  const facts = refused === undefined ? { ...said, missing } : { ...said, reviewer: shortened(reviewer), refused };
  return record(changeId, {
    actor: refused === undefined ? shortened(reviewer) : 'approval',
    action: refused === undefined ? 'review' : 'refuse-review',
    target,
    authority: shortened(roles.join(', ')),
    about: id,
    facts,
    at,
  });
}

export interface ReviewFate {
  /** Of the message. */
  readonly id: string;
  readonly at: number;
  readonly target: string;
  readonly refused?: string;
  readonly missing?: string;
}

/** A decision, as it is on its topic. */
export function auditDecision(decision: Decision, at: number): ChangePublication {
  const { changeId, verdict, reason, isShadow, risk, confidence, rules, target, decidedBy, envelope } = decision;
  const voices = rules.map(({ policyId, policyVersion, ruleId, verdict: said, weight }) =>
    said === 'WEIGHT'
      ? `${policyId}/${ruleId}@${policyVersion} ${weight}`
      : `${policyId}/${ruleId}@${policyVersion} ${said}`,
  );
  return record(changeId, {
    actor: 'approval',
    action: verdict === 'ESCALATED' ? 'escalate' : 'decide',
    target,
    authority: decidedBy.join(', '),
    about: envelope.id,
    facts: { verdict, reason, isShadow, risk, confidence, voices },
    at,
  });
}

const shortened = (text: string): string => (text.length > 2_000 ? `${text.slice(0, 1_999)}…` : text);
