import type { AuditRecord, ChangeRequest, Decision } from '@muster/schemas';
import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { changeLines } from './change-lines.ts';
import { waitingChanges } from './waiting.ts';

const envelope = { id: '1', time: 0, source: 'approval', correlationId: 'c', causationId: null };
const now = 1_000_000;

const decision = (change: Partial<Decision>): Decision => ({
  envelope,
  changeId: 'chg-1',
  requestId: '1',
  sequence: 1,
  verdict: 'ESCALATED',
  isShadow: false,
  reason: 'For people, because no rule allows it.',
  decidedBy: [],
  rules: [
    {
      policyId: 'risk',
      policyVersion: 1,
      ruleId: 'tier',
      verdict: 'WEIGHT',
      weight: 0.5,
      condition: '',
      reason: 'till is CRITICAL',
    },
    {
      policyId: 'd',
      policyVersion: 3,
      ruleId: 'r',
      verdict: 'REVIEW',
      weight: 0,
      condition: '',
      reason: 'Look at it.',
    },
  ],
  reviews: [],
  reviewersNeeded: 2,
  rolesNeeded: ['sre', 'dba'],
  risk: 0.5,
  confidence: 0.8,
  verified: 3,
  rolledBack: 1,
  target: 'till',
  changeClass: 'restart',
  capability: '',
  undoCapability: null,
  workflowId: null,
  stepId: null,
  incidentId: 'inc-1',
  requestedAt: 0,
  expiresAt: now + 600_000,
  ...change,
});

const open = (decisions: readonly Decision[], audit: readonly AuditRecord[] = []) =>
  waitingChanges({ requests: new Map<string, ChangeRequest>(), decisions, audit }, now);

describe('what waits for people', () => {
  it('is what was passed up and neither decided nor expired, the soonest first', () => {
    const found = open([
      decision({ changeId: 'later', expiresAt: now + 2 }),
      decision({ changeId: 'done', sequence: 2, verdict: 'APPROVED' }),
      decision({ changeId: 'done' }),
      decision({ changeId: 'over', expiresAt: now }),
      decision({ changeId: 'soon', expiresAt: now + 1 }),
      decision({ changeId: 'later', sequence: 2, expiresAt: now + 2, reason: 'Expires soon.' }),
    ]);
    expect(found.map(({ decision: { changeId, sequence } }) => [changeId, sequence])).toEqual([
      ['soon', 1],
      ['later', 2],
    ]);
  });

  it('is told whole', () => {
    const review: AuditRecord = {
      envelope,
      subject: 'approval/chg-1',
      sequence: 2,
      actor: 'ada',
      action: 'review',
      target: 'till',
      authority: 'sre',
      about: '1',
      facts: '{"verdict":"APPROVE","comment":"Go."}',
      happenedAt: 0,
      previousHash: '',
      hash: '',
    };
    const refused: AuditRecord = { ...review, action: 'refuse-review', actor: 'approval' };
    const [change] = open([decision({})], [review, refused]);
    if (change === undefined) throw new Error('nothing waits');
    const text = changeLines(change, { colours: createColors(false), now }).join('\n');
    for (const part of [
      'restart of till',
      'because no rule allows it',
      '0.5 = 0.5 till is CRITICAL',
      '0.8: 3 of 4 such changes',
      'REVIEW by d/r, version 3: Look at it.',
      '2 different people, each sre or dba, but not who asked',
      'ada: APPROVE, Go.',
      'inc-1',
    ])
      expect(text).toContain(part);
    expect(text.match(/has spoken/g)).toHaveLength(1);
  });
});
