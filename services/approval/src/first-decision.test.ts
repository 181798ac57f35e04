import { rehearse } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { DecisionInput } from '@muster/schemas';
import { expect, it } from 'vitest';
import { approval } from './agent.ts';
import type { ChangeState } from './change-state.ts';

const now = Date.UTC(2026, 0, 7, 12);
let offset = 0;

function decided(verdict: DecisionInput['verdict'], sequence: number): Message {
  const envelope = { id: `d${(offset += 1)}`, time: now, source: 'approval', correlationId: 'c', causationId: null };
  const grounds = { rules: [], risk: 0, confidence: 1, verified: 0, rolledBack: 0 };
  const people = { reviews: [], reviewersNeeded: 0, rolesNeeded: [] };
  const about = { changeId: 'chg-1', requestId: 'r', target: 'shop', changeClass: 'restart', decidedBy: ['x'] };
  const run = { workflowId: null, stepId: null, incidentId: null, requestedAt: now, expiresAt: null };
  const value = { envelope, ...about, ...grounds, ...people, ...run, sequence, verdict, isShadow: false, reason: '' };
  const place = { topic: 'muster.decisions.v1', partition: 0, offset, timestamp: now } as const;
  return { ...place, key: 'chg-1', id: envelope.id, headers: {}, value } as unknown as Message;
}

it('the first final decision that is heard of a change stands, also against a later one of its own', () => {
  const rehearsal = rehearse(approval, { config: approval.config.parse({}) });
  const verdictAfter = (message: Message): string => {
    const [outcome] = rehearsal.take(message).map((step) => step.outcome);
    if (outcome?.kind !== 'handled' || !outcome.state) throw new Error('the decision was not taken');
    const state = outcome.state as ChangeState;
    return state.phase === 'decided' ? state.verdict : state.phase;
  };
  expect(verdictAfter(decided('REJECTED', 2))).toBe('REJECTED');
  expect(verdictAfter(decided('APPROVED', 2))).toBe('REJECTED');
  expect(verdictAfter(decided('EXPIRED', 3))).toBe('REJECTED');
});
