import { nextAuditRecord, type AuditChainEnd, type AuditEntry } from '@muster/policy';
import type { Decision, Review } from '@muster/schemas';
import type { ChangePublication } from './change-state.ts';

/** A record that is to be published, and the end of the chain after it. */
export interface Audited {
  readonly publication: ChangePublication;
  readonly audit: AuditChainEnd;
}

type Entry = Omit<AuditEntry, 'subject'>;

function append(changeId: string, audit: AuditChainEnd | null, entry: Entry): Audited {
  const value = nextAuditRecord(audit, { subject: `approval/${changeId}`, ...entry });
  return { publication: { topic: 'muster.audit.v1', value }, audit: { sequence: value.sequence, hash: value.hash } };
}

/** A review, counted or refused: why it was refused, or what is still missing. */
export function auditReview(
  audit: AuditChainEnd | null,
  { changeId, reviewer, roles, verdict, comment }: Review,
  { id, at, target, refused, missing }: ReviewFate,
): Audited {
  const said = { verdict, comment: shortened(comment) };
  const facts = refused === undefined ? { ...said, missing } : { ...said, reviewer: shortened(reviewer), refused };
  return append(changeId, audit, {
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
export function auditDecision(audit: AuditChainEnd | null, decision: Decision, at: number): Audited {
  const { changeId, verdict, reason, isShadow, risk, confidence, rules, target, decidedBy, envelope } = decision;
  const voices = rules.map(({ policyId, policyVersion, ruleId, verdict: said, weight }) =>
    said === 'WEIGHT'
      ? `${policyId}/${ruleId}@${policyVersion} ${weight}`
      : `${policyId}/${ruleId}@${policyVersion} ${said}`,
  );
  return append(changeId, audit, {
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
