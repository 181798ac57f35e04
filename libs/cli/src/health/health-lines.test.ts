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
  reason: 'http: answers 503; it depends on db, which does not work',
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
    /^TARGET +STATUS +FOR +1 H +24 H +7 D +TREND +LATENCY +REASON$/,
    /^db +UNHEALTHY +30 ?s +100 % +99\.99 % +→ +12 ms +postgres: refuses\?\[31m connections$/,
    /^shop +UNHEALTHY +.*12 ms +suffers from db; http: answers 503$/,
    /^cache +HEALTHY\? /,
    /^muster\/health +HEALTHY /,
  ];
  expect(lines).toEqual(expected.map((line) => expect.stringMatching(line) as string));
});

it('counts them, itself left out', () => {
  expect(summaryOf([own, cache, shop, db])).toBe('1 of 3 targets is HEALTHY, 2 UNHEALTHY; 1 suffers from another.');
});

it('shows one in full, with what is above and below it', () => {
  const check = { ...shop.checks[0]!, value: 91.04, unit: '%', perHour: 2.5 };
  const alert = { severity: 'CRITICAL', startsAt: now - 60_000 } as const;
  const others = [shop, db, reportOf('till', { dependsOn: ['shop'] })];
  const text = targetLines({ ...shop, checks: [check], alert }, others, paper, now).join('\n');
  expect(text).toContain('suffers from db');
  expect(text).toContain('depends on   db (UNHEALTHY)');
  expect(text).toContain('needed by    till (HEALTHY)');
  expect(text).toMatch(/alert +CRITICAL, FIRING since /);
  expect(text).toContain('available    100 % of 1 h, 99.99 % of 24 h, not known of 7 d');
  expect(text).toMatch(/http +http +HEALTHY +12 ms +91 % +\+2\.5 %\/h/);
});

it('says how availability changes: the last day beside the days before, else the last hour beside the hours before', () => {
  const hourMs = 3_600_000;
  const windows = (...known: readonly (readonly [upMs: number, knownMs: number])[]): HealthReport['availability'] =>
    known.map(([upMs, knownMs], index) => ({ windowMs: [1, 24, 168][index]! * hourMs, upMs, knownMs }));
  const trendOf = (availability: HealthReport['availability']): string =>
    targetLines(reportOf('shop', { availability }), [], paper, now).find((line) => line.startsWith('trend')) ?? '';
  const day = [24 * hourMs, 24 * hourMs] as const;
  expect(trendOf(windows([hourMs, hourMs], day, [84 * hourMs, 144 * hourMs]))).toBe(
    'trend        50.00 points more available in the last 24 h than in the days before',
  );
  expect(trendOf(windows([0.9 * hourMs, hourMs], [2.9 * hourMs, 3 * hourMs], [2.9 * hourMs, 3 * hourMs]))).toBe(
    'trend        10.00 points less available in the last hour than in the hours before',
  );
  expect(trendOf(windows([hourMs, hourMs], [hourMs, hourMs], [hourMs, hourMs]))).toBe('');
});
