/** Changes that wait for people. */
import type { ChangeRequest, Decision, Review } from '@muster/schemas';

/** A change that was passed up and is not decided. */
export interface WaitingChange {
  /** The newest decision on it: ESCALATED. */
  readonly decision: Decision;
  /** As it was asked for; undefined when the topic does not hold it any more. */
  readonly request: ChangeRequest | undefined;
  /** What people have said since; whether it counted is in the audit. */
  readonly said: readonly Review[];
}

/** What is open at a time (epoch ms), what is soonest too late first. */
export function waitingChanges(
  {
    requests,
    decisions,
    reviews,
  }: {
    readonly requests: ReadonlyMap<string, ChangeRequest>;
    readonly decisions: Iterable<Decision>;
    readonly reviews: Iterable<Review>;
  },
  now: number,
): WaitingChange[] {
  const newest = new Map<string, Decision>();
  for (const decision of decisions) {
    const known = newest.get(decision.changeId);
    if (known === undefined || known.sequence < decision.sequence) newest.set(decision.changeId, decision);
  }
  const said = Map.groupBy(reviews, ({ changeId }) => changeId);
  const isOpen = ({ verdict, expiresAt }: Decision): boolean =>
    verdict === 'ESCALATED' && (expiresAt ?? Infinity) > now;
  return [...newest.values()]
    .filter(isOpen)
    .toSorted((a, b) => (a.expiresAt ?? Infinity) - (b.expiresAt ?? Infinity))
    .map((decision) => ({
      decision,
      request: requests.get(decision.changeId),
      said: said.get(decision.changeId) ?? [],
    }));
}
