import type { HealthReport } from '@muster/schemas';
import picocolors from 'picocolors';
import { expect, it } from 'vitest';
import { summaryOf, tableOfTargets, targetLines, worstTargetsFirst } from './health-lines.ts';

const now = Date.UTC(2026, 10, 21, 12);
const paper = { colours: picocolors.createColors(false), width: undefined };

const reportOf = (target: string, over: Partial<HealthReport> = {}): HealthReport => ({
  envelope: { id: 'e', time: now, source: 'health', correlationId: 'c', causationId: null },
  target,
  status: 'HEALTHY',
  sinceAt: now - 3_600_000,
  checkedAt: now - 20_000,
  reason: '',
  isDoubted: false,
  affectedBy: [],
  dependsOn: [],
  checks: [
    {
      check: 'http',
      kind: 'http',
      everyMs: 60_000,
      status: 'HEALTHY',
      reason: '',
      checkedAt: now,
      latencyMs: 12.34,
      value: null,
      unit: '',
      failures: 0,
      perHour: null,
    },
  ],
  availability: [
    { windowMs: 3_600_000, upMs: 3_600_000, knownMs: 3_600_000 },
    { windowMs: 86_400_000, upMs: 86_399_000, knownMs: 86_400_000 },
    { windowMs: 604_800_000, upMs: 0, knownMs: 0 },
  ],
  alert: null,
  counts: {},
  ...over,
});

const shop = reportOf('shop', {
  status: 'UNHEALTHY',
  affectedBy: ['db'],
  dependsOn: ['db'],
  reason: 'http: answers 503',
});
const db = reportOf('db', {
  status: 'UNHEALTHY',
  sinceAt: now - 30_000,
  reason: 'postgres: refuses\u001b[31m connections',
});
const cache = reportOf('cache', { isDoubted: true });
const own = reportOf('muster/health');

it('shows the worst first, causes before what suffers from them', () => {
  const lines = tableOfTargets([own, cache, shop, db].toSorted(worstTargetsFirst), paper, now);
  const expected = [
    /^TARGET +STATUS +FOR +1 H +24 H +7 D +LATENCY +REASON$/,
    /^db +UNHEALTHY +30 ?s +100 % +99\.99 % +12 ms +postgres: refuses\?\[31m connections$/,
    /^shop +UNHEALTHY +.*http: answers 503$/,
    /^cache +HEALTHY\? /,
    /^muster\/health +HEALTHY /,
  ];
  expect(lines).toEqual(expected.map((line) => expect.stringMatching(line) as string));
});

it('counts them, itself left out', () => {
  expect(summaryOf([own, cache, shop, db])).toBe('1 of 3 targets are HEALTHY, 2 UNHEALTHY; 1 suffers from another.');
});

it('shows one in full', () => {
  const check = { ...shop.checks[0]!, value: 91.04, unit: '%', perHour: 2.5 };
  const text = targetLines({ ...shop, checks: [check] }, paper, now).join('\n');
  expect(text).toContain('suffers from db');
  expect(text).toContain('available    100 % of 1 h, 99.99 % of 24 h');
  expect(text).toMatch(/http +http +HEALTHY +12 ms +91 % +\+2\.5 %\/h/);
});
