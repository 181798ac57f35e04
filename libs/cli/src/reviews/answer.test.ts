import type { DecisionInput } from '@muster/schemas';
import { memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { answerTo, type ReviewAnswer } from './answer.ts';

let mesh: MemoryMesh;
beforeEach(async () => {
  mesh = await memoryMesh({ agents: [], partitions: 1 });
});
afterEach(() => mesh.stop());

const decision: DecisionInput = {
  changeId: 'chg-1',
  requestId: '1',
  verdict: 'APPROVED',
  reason: 'Approved by ada.',
  target: 'till',
  changeClass: 'restart',
  requestedAt: Date.now(),
};

const audited = (facts: object, about = 'review-1'): Promise<string> =>
  mesh.publish('muster.audit.v1', {
    subject: 'approval/chg-1',
    sequence: 1,
    actor: 'ada',
    action: 'review',
    about,
    facts: JSON.stringify(facts),
    happenedAt: Date.now(),
    hash: 'x',
  });

const answered = (send: () => Promise<unknown>, withinMs = 5_000): Promise<ReviewAnswer | undefined> =>
  answerTo(
    mesh.bus,
    { reviewId: 'review-1', changeId: 'chg-1' },
    async () => {
      await send();
    },
    AbortSignal.timeout(withinMs),
  );

describe('the answer to a review', () => {
  it('is the decision that it brings', async () => {
    const answer = await answered(async () => {
      await mesh.publish('muster.decisions.v1', { ...decision, changeId: 'chg-2' });
      await mesh.publish('muster.decisions.v1', { ...decision, verdict: 'ESCALATED' });
      await mesh.publish('muster.decisions.v1', decision);
      await audited({ missing: '' });
    });
    expect(answer).toMatchObject({ refused: null, decision: { verdict: 'APPROVED', reason: 'Approved by ada.' } });
  });

  it('is what is still missing', async () => {
    const answer = await answered(() => audited({ missing: '1 approval of sre' }));
    expect(answer).toEqual({ refused: null, missing: '1 approval of sre', decision: null });
  });

  it('is why it does not count', async () => {
    const answer = await answered(async () => {
      await audited({ refused: 'Somebody else.' }, 'review-2');
      await audited({ refused: 'It is decided already.' });
    });
    expect(answer).toEqual({ refused: 'It is decided already.', missing: '', decision: null });
  });

  it('is none when nobody answers', async () => {
    expect(await answered(async () => {}, 50)).toBeUndefined();
  });
});
