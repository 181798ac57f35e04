import { describe, expect, it } from 'vitest';
import type { AlertChange, CorrelationContext } from './alert-change.ts';
import { correlate, settle } from './correlate.ts';
import type { Correlation, IncidentChange } from './incident-changes.ts';

const dependsOn: Record<string, string[]> = {
  db: [],
  mail: [],
  ...Object.fromEntries(['shop', 'cart', 'search', 'users', 'billing'].map((name) => [name, ['db']])),
};

const alert = (target: string, more: Partial<AlertChange> = {}): AlertChange => ({
  alertId: `${target}-1`,
  fingerprint: `${target}/errors`,
  transition: 'FIRED',
  severity: 'WARNING',
  target,
  title: `${target} fails`,
  startsAt: 0,
  endsAt: null,
  foldedCount: 0,
  silencedBy: [],
  inhibitedBy: null,
  labels: {},
  ...more,
});

/** Feeds changes, one a second; returns the last state and all that was told. */
function feed(changes: readonly AlertChange[]) {
  let ids = 0;
  const at = (now: number): CorrelationContext => ({
    now,
    topology: (target) => dependsOn[target],
    newId: () => `i${(ids += 1)}`,
  });
  const told: IncidentChange[] = [];
  let last: Correlation | undefined;
  changes.forEach((change, index) => {
    last = correlate(last?.state, { ...change, startsAt: index * 1_000 }, at(index * 1_000));
    told.push(...last.changes);
  });
  return { told, last: last as Correlation, at };
}

describe('correlate', () => {
  it('sees one incident with its cause where a database fails under five services', () => {
    const { last } = feed(['shop', 'cart', 'db', 'search', 'users', 'billing'].map((target) => alert(target)));
    const incidents = [...last.state.incidents.values()].filter(({ status }) => status === 'OPEN');
    expect(incidents).toHaveLength(1);
    expect(incidents[0]?.cause).toMatchObject({ target: 'db', fingerprint: 'db/errors' });
    expect(incidents[0]?.cause?.reasons[0]).toBe('5 of the targets with alerts depend on db');
  });

  it('keeps two failures apart that have nothing to do with each other', () => {
    const { told } = feed([alert('db'), alert('mail')]);
    expect(told.map(({ kinds }) => kinds)).toEqual([['opened'], ['opened']]);
  });

  it('resolves when all is quiet', () => {
    const { last, at } = feed([alert('db'), alert('db', { transition: 'RESOLVED', endsAt: 1_000 })]);
    expect(last.wakeAt).toBe(16_000);
    const { changes } = settle(last.state, at(16_000));
    expect(changes.map(({ kinds }) => kinds)).toEqual([['resolved']]);
  });
});
