import { expect, it } from 'vitest';
import { after, heard, startedAt } from '../test/loop-builder.ts';
import { narrate } from './narration.ts';
import { plain } from './palette.ts';
import { slow } from './scenarios/shop-faults.ts';
import { beginStory, tell, type DemoEvent } from './story.ts';

/** What is said of the last of these events, without its time. */
function said(...events: readonly DemoEvent[]): string[] {
  const last = events.at(-1)!;
  const before = events.slice(0, -1).reduce(tell, beginStory('shop', startedAt, slow));
  return narrate(before, last, tell(before, last), plain).map((line) => line.slice(10));
}
const incident = heard(42, 'incident', {});

it('tells of an incident its suspected cause, and the correlation id once', () => {
  expect(said(incident)).toEqual([
    'INCIDENT  WARNING',
    'shop is slow',
    'suspected cause: shop: it began first',
    'incident i-1',
    'correlation id c-1',
  ]);
  expect(said(incident, heard(43, 'incident', { alertCount: 3 }))).toEqual(['incident: 3 alerts belong to it now']);
  expect(said(incident, heard(43, 'incident', {}))).toEqual([]);
  expect(said(incident, heard(43, 'incident', { severity: 'CRITICAL' }))[0]).toBe('INCIDENT, now  CRITICAL');
  expect(said(incident, heard(70, 'incident', { status: 'RESOLVED', resolvedAt: after(69) }))).toEqual([
    'INCIDENT RESOLVED  after 27.0 s',
    'shop is slow',
  ]);
});

it('tells of a decision every rule that spoke', () => {
  expect(said(incident, heard(44, 'decision', {}))).toEqual([
    'DECISION  APPROVED, risk 0.20, confidence 0.50',
    'A small change of a STANDARD target.',
    'defaults/small@1 says ALLOW: It is small.',
  ]);
});

it('tells what people said of a change without the rules that spoke before', () => {
  const rejected = heard(50, 'decision', { verdict: 'REJECTED', reason: 'Rejected by ada: Not now.' });
  expect(said(incident, heard(44, 'decision', { verdict: 'ESCALATED' }), rejected)).toEqual([
    'DECISION  REJECTED, risk 0.20, confidence 0.50',
    'Rejected by ada: Not now.',
  ]);
});

it('tells of a task who got it and why, and how it ended', () => {
  expect(said(incident, heard(44.5, 'assignment', {}))).toEqual([
    'ASSIGNED  recovery.restart to recovery',
    'recovery is the only one that can.',
  ]);
  expect(said(incident, heard(46.5, 'result', {}))[0]).toBe('COMPLETED  recovery.restart by recovery in 2.5 s');
  const fault = { class: 'PERMANENT', type: 'NotHealthy', message: 'It is slow.', retryAfterMs: null } as const;
  expect(said(incident, heard(46.5, 'result', { status: 'FAILED', fault }))[1]).toBe('NotHealthy: It is slow.');
});

it('tells of a run what no other message says', () => {
  expect(said(heard(43, 'run', {}))).toEqual(['run remedy-1 began']);
  expect(said(heard(43, 'run', { kind: 'STEP_STARTED', stepId: 'look' }))).toEqual([]);
  expect(said(heard(43, 'run', { kind: 'RUN_COMPENSATED', stepId: 'verify', text: 'It is slow.' }))).toEqual([
    'RUN COMPENSATED  restart, verify',
    'It is slow.',
  ]);
});

it('tells nothing of other targets', () => {
  const envelope = { id: 'x', correlationId: 'c-2', time: after(43), source: 'mesh', causationId: null };
  expect(said(incident, heard(43, 'change', { target: 'billing', envelope }))).toEqual([]);
});
