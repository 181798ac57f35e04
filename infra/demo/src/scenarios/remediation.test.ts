import { describe, expect, it } from 'vitest';
import { alertOf } from '../../test/alert-builder.ts';
import { after, heard } from '../../test/loop-builder.ts';
import { expectationsOf, missingAfter, storyOf } from '../../test/waiting.ts';
import { inconsistencies, uncalledFor } from '../contradictions.ts';
import { isCancelled, question } from '../questions.ts';
import type { Scenario } from '../scenario.ts';
import type { DemoEvent, Story } from '../story.ts';
import { healthy, leaking, slow, undo, unfixable } from './shop-faults.ts';

const alert = (seconds: number, change = {}): DemoEvent => ({
  at: after(seconds),
  kind: 'alert',
  alert: alertOf({ startsAt: after(42), ...change }),
});
const found: readonly DemoEvent[] = [
  { at: after(40), kind: 'fault', isOn: true },
  alert(42),
  heard(42.5, 'incident', {}),
  heard(43, 'run', {}),
  heard(43.5, 'change', {}),
  heard(44, 'decision', {}),
  heard(44.5, 'assignment', {}),
  heard(46.5, 'result', {}),
];
const mended: readonly DemoEvent[] = [
  ...found,
  heard(62, 'run', { kind: 'RUN_COMPLETED' }),
  alert(65, { status: 'RESOLVED' }),
  heard(66, 'incident', { status: 'RESOLVED', resolvedAt: after(65) }),
];
const asked: readonly DemoEvent[] = [
  ...found,
  heard(70, 'run', { kind: 'STEP_FAILED', stepId: 'verify' }),
  heard(71, 'run', { kind: 'RUN_WAITS_FOR_PERSON', stepId: 'person', text: 'What shall be done?' }),
];
const told = (events: readonly DemoEvent[]): Story => storyOf(slow, events);
const unmet = (scenario: Scenario, events: readonly DemoEvent[]): string[] =>
  expectationsOf(scenario)
    .filter(({ isMet }) => !isMet(told(events)))
    .map(({ missing }) => missing);

it('is met by a story that ends as its scenario has to', () => {
  expect(unmet(healthy, [])).toEqual([]);
  expect(unmet(slow, mended)).toEqual([]);
  expect(unmet(unfixable, asked)).toEqual([]);
});

it.each<readonly [number, string]>([
  [1, 'no alert fired'],
  [2, 'no incident was opened for the alert'],
  [3, 'no playbook was started for the incident'],
  [4, 'no change was asked for by the playbook'],
  [5, 'the change was not decided'],
  [6, 'the restart was not assigned to an agent'],
  [7, 'the restart was not carried out'],
  [8, 'the run did not end verified'],
  [9, 'not all alerts were resolved'],
  [10, 'the incident was not resolved'],
])('after %d events first misses: %s', (count, missing) => {
  expect(unmet(slow, mended.slice(0, count))[0]).toBe(missing);
});

describe('what rules the end out', () => {
  it('is a change that is not approved', () => {
    const events = [...mended.slice(0, 5), heard(44, 'decision', { verdict: 'ESCALATED', reason: 'Too much.' })];
    expect(() => unmet(slow, events)).toThrow('The change was not approved but ESCALATED: Too much.');
  });

  it('is a run that gives up, or one that claims to have mended what it can not have', () => {
    expect(() => unmet(leaking, asked)).toThrow('The run did not mend it (RUN_WAITS_FOR_PERSON)');
    expect(() => unmet(unfixable, mended)).toThrow('The run claims to have mended');
  });
});

it('finds the question that is asked', () => {
  expect(question(told(found))).toBeUndefined();
  const workflowId = 'remedy-1';
  expect(question(told(asked))).toEqual({ kind: 'answer', workflowId, stepId: 'person', text: 'What shall be done?' });
  const escalated = heard(72, 'decision', { verdict: 'ESCALATED', reason: 'It did not help.', changeId: 'c' });
  expect(question(told([...found, escalated]))).toEqual({ kind: 'review', changeId: 'c', text: 'It did not help.' });
});

it('finds what nothing called for', () => {
  expect(uncalledFor(told([]))).toEqual([]);
  expect(uncalledFor(told([heard(30, 'incident', {}), heard(31, 'change', {})]))).toEqual([
    'an incident was opened: "shop is slow"',
    'a change was asked for: "Restart shop"',
  ]);
});

describe('a story that does not hold together', () => {
  it('has a restart that nobody approved', () => {
    expect(inconsistencies(told(mended))).toEqual([]);
    const events = mended.filter((event) => event.kind !== 'loop' || event.message.about !== 'decision');
    expect(inconsistencies(told(events))).toEqual([
      'recovery.restart (task t-1) was assigned without an approved change.',
    ]);
  });

  it('has a message that lost the correlation id', () => {
    const envelope = { id: 'lost', correlationId: 'c-2', time: after(44), source: 'mesh', causationId: null };
    expect(inconsistencies(told([...mended, heard(44, 'run', { envelope })]))).toEqual([
      "A message (run, lost) does not carry the incident's correlation id.",
    ]);
  });
});

describe('what is taken back', () => {
  const scale = { capability: 'recovery.scale' };
  const processes = (seconds: number, count: number): DemoEvent => ({
    at: after(seconds),
    kind: 'instances',
    instances: { up: Array.from({ length: count }, (_, pid) => ({ pid, memoryMiB: 60 })), desired: count, restarts: 0 },
  });
  const begun = [
    ...found.slice(0, -2),
    heard(44.5, 'assignment', scale),
    heard(46.5, 'result', scale),
    processes(47, 3),
  ];
  const undone = [
    heard(66, 'run', { kind: 'STEP_COMPENSATING' }),
    heard(67, 'run', { kind: 'RUN_COMPENSATED' }),
    processes(68, 2),
    heard(69, 'decision', { verdict: 'ESCALATED', changeId: 'c' }),
  ];
  const missing = (events: readonly DemoEvent[]) => missingAfter(undo, events);

  it('is scaled up, found of no help, scaled back and put to a person', () => {
    expect(missing(begun)).toBe('the scaling was not found to be of no help');
    expect(missing([...begun, ...undone.slice(0, 1)])).toBe('the scaling was not taken back');
    expect(missing([...begun, ...undone.slice(0, 2)])).toBe('the shop has not 2 processes again');
    expect(missing([...begun, ...undone.slice(0, 3)])).toBe('nobody was asked');
    expect(missing([...begun, ...undone])).toBeUndefined();
    expect(() =>
      missing([...begun, ...undone.slice(0, 1), heard(67, 'run', { kind: 'STEP_COMPENSATION_FAILED', text: 'no' })]),
    ).toThrow('The step was not undone: no');
  });

  it('that a person denies ends there', () => {
    const denied = [...begun, ...undone, heard(70, 'run', { kind: 'RUN_CANCELLED' })];
    expect(isCancelled(told([...begun, ...undone]))).toBe(false);
    expect(isCancelled(told(denied))).toBe(true);
    expect(() => isCancelled(told([...denied, heard(71, 'run', { kind: 'RUN_WAITS_FOR_PERSON' })]))).toThrow(
      'asked again',
    );
  });
});
