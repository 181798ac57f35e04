/** Changes that wait for people. */
import type { AuditRecord, ChangeRequest, Decision } from '@muster/schemas';

/** A change that was passed up and is not decided. */
export interface WaitingChange {
  /** The newest decision on it: ESCALATED. */
  readonly decision: Decision;
  /** As it was asked for; undefined when the topic does not hold it any more. */
  readonly request: ChangeRequest | undefined;
  /** Reviews that counted, the last of each person. */
  readonly said: readonly SaidReview[];
}

interface SaidReview {
  readonly reviewer: string;
  readonly verdict: string;
  readonly comment: string;
}

/** What is open at a time (epoch ms), what is soonest too late first. */
export function waitingChanges(
  {
    requests,
    decisions,
    audit,
  }: {
    readonly requests: ReadonlyMap<string, ChangeRequest>;
    readonly decisions: Iterable<Decision>;
    readonly audit: Iterable<AuditRecord>;
  },
  now: number,
): WaitingChange[] {
  const newest = new Map<string, Decision>();
  for (const decision of decisions) {
    const known = newest.get(decision.changeId);
    if (known === undefined || known.sequence < decision.sequence) newest.set(decision.changeId, decision);
  }
  const counted = Map.groupBy(audit, ({ subject, action }) => (action === 'review' ? subject : ''));
  const isOpen = ({ verdict, expiresAt }: Decision): boolean =>
    verdict === 'ESCALATED' && (expiresAt ?? Infinity) > now;
  return [...newest.values()]
    .filter(isOpen)
    .toSorted((a, b) => (a.expiresAt ?? Infinity) - (b.expiresAt ?? Infinity))
    .map((decision) => ({
      decision,
      request: requests.get(decision.changeId),
      said: lastOfEach(counted.get(`approval/${decision.changeId}`) ?? []),
    }));
}

function lastOfEach(records: readonly AuditRecord[]): SaidReview[] {
  const last = new Map<string, SaidReview>();
  for (const { actor, facts } of records) {
    const { verdict = '', comment = '' } = JSON.parse(facts) as { verdict?: string; comment?: string };
    last.set(actor, { reviewer: actor, verdict, comment });
  }
  return [...last.values()];
}
