/** A review that was published, and what becomes of it. */
import type { Bus, Message } from '@muster/bus';
import type { Decision, TopicName } from '@muster/schemas';
import { tailTopic } from '../tail.ts';

/** What became of a review. */
export interface ReviewAnswer {
  /** Why it does not count; null: it does. */
  readonly refused: string | null;
  /** Approvals that are still missing; empty: none, or it was refused. */
  readonly missing: string;
  /** The final decision, where the review brought it. */
  readonly decision: Decision | null;
}

/**
 * Publishes a review by `send`, which is called once all that follows will be seen, and resolves with what became of it. Undefined when
 * nothing did until the signal.
 */
export async function answerTo(
  bus: Bus,
  { reviewId, changeId }: { readonly reviewId: string; readonly changeId: string },
  send: () => Promise<void>,
  signal: AbortSignal,
): Promise<ReviewAnswer | undefined> {
  const enough = new AbortController();
  const until = AbortSignal.any([signal, enough.signal]);
  let fate: Pick<ReviewAnswer, 'refused' | 'missing'> | undefined;
  let decision: Decision | null = null;
  let answer: ReviewAnswer | undefined;

  const look = (): void => {
    if (fate === undefined) return;
    const isWhole = fate.refused !== null || fate.missing !== '' || decision !== null;
    if (!isWhole) return;
    answer = { ...fate, decision: fate.refused === null && fate.missing === '' ? decision : null };
    enough.abort();
  };
  const ready: Promise<void>[] = [];
  const follow = <T extends TopicName>(topic: T, take: (message: Message<T>) => void): Promise<void> => {
    const caughtUp = Promise.withResolvers<void>();
    ready.push(caughtUp.promise);
    const following = tailTopic(bus, {
      topic,
      from: { at: 'end' },
      signal: until,
      caughtUp: caughtUp.resolve,
      async entry(entry) {
        if (entry.kind === 'message') take(entry.message as Message<T>);
        look();
      },
    });
    following.then(caughtUp.resolve, caughtUp.reject);
    return following;
  };

  const followings = [
    follow('muster.audit.v1', ({ value }) => {
      if (value.about === reviewId) fate = fateIn(value.facts);
    }),
    follow('muster.decisions.v1', ({ value }) => {
      if (value.changeId === changeId && value.verdict !== 'ESCALATED') decision = value;
    }),
  ];
  try {
    await Promise.all(ready);
    await send();
    await Promise.all(followings);
  } finally {
    enough.abort();
    await Promise.allSettled(followings);
  }
  return answer;
}

function fateIn(facts: string): Pick<ReviewAnswer, 'refused' | 'missing'> {
  const { refused = null, missing = '' } = JSON.parse(facts) as { refused?: string; missing?: string };
  return { refused, missing };
}
