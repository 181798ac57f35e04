import type { Incident } from '@muster/schemas';
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { incidentLines, listLines, withId, worstFirst } from './incident-lines.ts';

const now = Date.UTC(2026, 10, 21, 12);
const paper = { colours: picocolors.createColors(false), width: undefined };

const incidentOf = (over: Partial<Incident> = {}): Incident => ({
  envelope: { id: 'e', time: now, source: 'correlation', correlationId: 'c-1', causationId: null },
  incidentId: '0197d5a0-0001',
  status: 'OPEN',
  severity: 'CRITICAL',
  title: 'db fails, and 1 more alert',
  scope: 'default',
  target: 'db',
  targets: ['db', 'shop'],
  alerts: [
    {
      fingerprint: 'db/up',
      target: 'db',
      title: 'db fails',
      severity: 'CRITICAL',
      isFiring: true,
      startsAt: now - 60_000,
      endsAt: null,
      count: 3,
      reason: 'never seen before',
    },
    {
      fingerprint: 'shop/up',
      target: 'shop',
      title: 'shop\u001b[31m fails',
      severity: 'WARNING',
      isFiring: false,
      startsAt: now - 50_000,
      endsAt: now,
      count: 1,
      reason: '',
    },
  ],
  alertCount: 2,
  foldedCount: 2,
  suspectedCause: { target: 'db', fingerprint: 'db/up', confidence: 0.87, reasons: ['shop depends on it'] },
  impact: ['shop', 'page'],
  timeline: [{ at: now - 60_000, text: 'db fails (db): never seen before' }],
  openedAt: now - 60_000,
  resolvedAt: null,
  reopened: 0,
  mergedInto: null,
  labels: {},
  ...over,
});

describe('incidents', () => {
  it('are listed open ones first, then by severity and age, with ids as short as can be', () => {
    const incidents = [
      incidentOf({ status: 'RESOLVED', resolvedAt: now - 30_000 }),
      incidentOf({ incidentId: '0197d5a0-0002', severity: 'WARNING' }),
      incidentOf({ incidentId: '1197d5a0-0003', openedAt: now - 120_000 }),
    ];
    const lines = listLines(incidents.toSorted(worstFirst), paper, now);
    expect(lines[1]).toMatch(/^1197d5a0 +OPEN +CRITICAL .* 2m +2 +db +db fails, and 1 more alert$/);
    expect(lines[2]).toMatch(/^0197d5a0-0002 +OPEN +WARNING/);
    expect(lines[3]).toMatch(/^0197d5a0-0001 +RESOLVED .* 30s /);
  });

  it('are found by the beginning of an id, and by a whole id before that', () => {
    const incidents = ['ab', 'abc', 'b'].map((incidentId) => incidentOf({ incidentId }));
    const ids = (id: string): string[] => withId(incidents, id).map(({ incidentId }) => incidentId);
    expect([ids('a'), ids('ab'), ids('abc'), ids('x')]).toEqual([['ab', 'abc'], ['ab'], ['abc'], []]);
  });

  it('say what is suspected and why, what suffers, and what happened, and control no terminal', () => {
    const text = incidentLines(incidentOf(), paper, now).join('\n');
    expect(text).toContain('CRITICAL OPEN db fails, and 1 more alert');
    expect(text).toContain('suspected  db (87 %)\n           - shop depends on it');
    expect(text).toContain('impact     shop, page');
    expect(text).toContain('2 alerts, 2 messages folded');
    expect(text).toMatch(/FIRING +CRITICAL .* 3 +db +db fails \(never seen before\)/);
    expect(text).toMatch(/What happened\n\d\d:\d\d:\d\d {2}db fails \(db\): never seen before/);
    expect(text).not.toContain('\u001b');
  });

  it('with very many alerts show the first', () => {
    const { alerts } = incidentOf();
    const many = Array.from({ length: 100 }, () => alerts[0]!);
    const lines = incidentLines(incidentOf({ alerts: many, alertCount: 5_000 }), paper, now);
    expect(lines.filter((line) => line.startsWith('FIRING'))).toHaveLength(20);
    expect(lines).toContain('... and 4980 more');
  });
});
