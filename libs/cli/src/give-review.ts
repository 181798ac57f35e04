/** `muster review`: a person's word on a change. */
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { clientOn } from '@muster/client';
import type { GlobalOptions } from './addresses.ts';
import { Failure, misuse } from './failure.ts';
import { interruption } from './invocation.ts';
import { answerTo } from './reviews/answer.ts';
import { withBus } from './session.ts';
import { harmless } from './terminal.ts';
import type { Terminal } from './terminal.ts';

export interface ReviewFlags {
  readonly comment?: string;
  readonly as?: string;
  readonly role: readonly string[];
}

const ANSWER_WITHIN_MS = 30_000;
const PUBLISH_WITHIN_MS = 10_000;

/** Publishes the review and prints what becomes of it. Throws a Failure when it is refused, or nothing answers. */
export async function giveReview(
  changeId: string,
  word: string,
  options: GlobalOptions & ReviewFlags,
  terminal: Terminal,
): Promise<void> {
  const { comment = '', as: reviewer = userInfo().username, role: roles } = options;
  const verdict = word === 'approve' ? 'APPROVE' : word === 'deny' ? 'DENY' : undefined;
  if (verdict === undefined) throw misuse(`"${word}" is no verdict: say approve or deny.`);
  if (comment.trim() === '') throw misuse('Others will ask why: give --comment.');
  const stopping = interruption();
  const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  const reviewId = randomUUID();
  try {
    const answer = await withBus(options, async (bus) => {
      await bus.warm({ reads: ['muster.audit.v1', 'muster.decisions.v1'], writes: ['muster.reviews.v1'] });
      const client = clientOn(bus, { source: 'muster-cli', publishTimeoutMs: PUBLISH_WITHIN_MS });
      const review = { changeId, reviewer, roles, verdict, comment } as const;
      return answerTo(
        bus,
        { reviewId, changeId },
        () => client.publish('muster.reviews.v1', review, { id: reviewId }),
        signal,
      );
    });
    if (answer === undefined)
      throw stopping.signal.aborted
        ? new Failure('Interrupted: the review may be published; `muster reviews` shows what still waits.', 130)
        : new Failure(
            `The review is published, and nothing answered within ${ANSWER_WITHIN_MS / 1_000} s: is approval running? \`muster status\` tells.`,
          );
    if (options.json) await terminal.print(JSON.stringify({ reviewId, ...answer }));
    if (answer.refused !== null) throw new Failure(`The review does not count. ${answer.refused}`);
    if (options.json) return;
    const { decision, missing } = answer;
    if (decision === null) return await terminal.print(`Counted. It still takes ${harmless(missing)}.`);
    const shadow = decision.isShadow ? ' (shadow: nothing is done)' : '';
    await terminal.print(`${decision.verdict}${shadow}: ${harmless(decision.reason)}`);
  } finally {
    stopping.release();
  }
}
