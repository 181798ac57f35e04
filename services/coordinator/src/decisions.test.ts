import { rehearse } from '@muster/agent';
import type { Message } from '@muster/bus';
import { expect, it } from 'vitest';
import { coordinator } from './agent.ts';

const now = Date.UTC(2026, 0, 7, 12);
let offset = 0;

function decided(verdict: string, reviews: readonly object[] = []): Message {
  const envelope = { id: `d${(offset += 1)}`, time: now, source: 'approval', correlationId: 'c', causationId: null };
  const about = { changeId: 'chg-1', workflowId: 'w', stepId: 'act', incidentId: null };
  const value = { envelope, ...about, verdict, reviews, isShadow: false, reason: 'so', expiresAt: null };
  const place = { topic: 'muster.decisions.v1', partition: 0, offset, timestamp: now } as const;
  return { ...place, key: 'chg-1', id: envelope.id, headers: {}, value } as unknown as Message;
}

it('the first final decision on a change is told to its run, and no other', () => {
  const rehearsal = rehearse(coordinator, { config: coordinator.config.parse({}) });
  const told = (verdict: string): string[] =>
    rehearsal
      .take(decided(verdict))
      .filter(({ hearer }) => hearer === 'decisions')
      .flatMap(({ publications }) =>
        publications.map(({ value }) => (value as { payload: string }).payload.slice(12, 20)),
      );
  expect(told('ESCALATED')).toEqual(['ESCALATE']);
  expect(told('REJECTED')).toEqual(['REJECTED']);
  expect(told('APPROVED')).toEqual([]);
  expect(told('EXPIRED')).toEqual([]);
});

it('the run is told who denied its change, so that it does not take that for a failure of its own', () => {
  const rehearsal = rehearse(coordinator, { config: coordinator.config.parse({}) });
  const reviews = [
    { reviewer: 'bob', verdict: 'APPROVE', comment: '', at: now },
    { reviewer: 'ada', verdict: 'DENY', comment: '', at: now },
  ];
  const told = rehearsal.take(decided('REJECTED', reviews)).flatMap(({ publications }) => publications);
  const payloads = told.map(({ value }) => JSON.parse((value as { payload: string }).payload) as unknown);
  expect(payloads).toMatchObject([{ verdict: 'REJECTED', deniedBy: 'ada' }]);
});
