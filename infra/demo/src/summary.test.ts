import { expect, it } from 'vitest';
import { alertOf } from '../test/alert-builder.ts';
import { heard } from '../test/loop-builder.ts';
import { plain } from './palette.ts';
import { scenarioNamed, scenarioNames } from './scenario-list.ts';
import { slow } from './scenarios/shop-faults.ts';
import { beginStory, tell, type DemoEvent } from './story.ts';
import { asking, suggestions, timeline, verdict } from './summary.ts';

const startedAt = 1_780_300_800_000;
const after = (seconds: number) => startedAt + seconds * 1_000;
const alert = (seconds: number, change = {}): DemoEvent => ({
  at: after(seconds),
  kind: 'alert',
  alert: alertOf({ startsAt: after(seconds), ...change }),
});
const storyOf = (...events: readonly DemoEvent[]) => events.reduce(tell, beginStory('shop', startedAt, slow));
const told = (...events: readonly DemoEvent[]) => timeline(storyOf(...events), plain);
const fault = (seconds: number, isOn: boolean): DemoEvent => ({ at: after(seconds), kind: 'fault', isOn });

it('tells what happened in its order, counted from the fault', () => {
  expect(
    told(
      fault(40, true),
      alert(42),
      alert(44, { fingerprint: 'shop/stalled', evidence: [], title: 'shop has stopped' }),
      fault(50, false),
      alert(67.3, { status: 'RESOLVED' }),
    ),
  ).toEqual([
    '    +0 ms  the fault began',
    '   +2.0 s  FIRING    shop/latency_ms{route=/checkout}',
    '   +4.0 s  FIRING    shop has stopped',
    '  +10.0 s  the fault was over',
    '  +27.3 s  RESOLVED  shop/latency_ms{route=/checkout}',
  ]);
});

it('has nothing to tell before there was a fault', () => {
  expect(told(alert(42))).toEqual([]);
});

it('says how soon the fault was found and its end seen', () => {
  const events = [fault(40, true), alert(42), fault(50, false), alert(67.3, { status: 'RESOLVED' })];
  expect(verdict(storyOf(...events))).toEqual([
    'Found 2.0 s after the fault, over 17.3 s after it was gone.',
    'False alarms before the fault: none.',
  ]);
  const early = alert(20, { fingerprint: 'shop/early' });
  expect(verdict(storyOf(early, ...events)).at(-1)).toBe('False alarms before the fault: 1.');
});

it('tells what the mesh did, in its order, within the width of a line', () => {
  const lines = told(
    fault(40, true),
    heard(42, 'incident', {}),
    heard(42.5, 'incident', { alertCount: 2 }),
    heard(43, 'run', {}),
    heard(44, 'decision', {
      decidedBy: ['approval-defaults/small-changes', 'somebody/with-a-very-long-name-for-a-rule'],
    }),
    heard(60, 'incident', { status: 'RESOLVED' }),
  );
  expect(lines.map((line) => line.slice(0, 40).trimEnd())).toEqual([
    '    +0 ms  the fault began',
    '   +2.0 s  INCIDENT  shop is slow',
    '   +3.0 s  playbook restart started',
    '   +4.0 s  change APPROVED by approval-d',
    '  +20.0 s  INCIDENT RESOLVED  shop is sl',
  ]);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(79);
});

it('shows what a person is asked, and how to answer', () => {
  const question = { kind: 'review', text: 'It did not help.', changeId: 'remedy-1/restart' } as const;
  expect(asking(question, ['remedy-1/restart', '  risk  0.45'], plain)).toEqual([
    'A person is asked',
    '  It did not help.',
    '',
    '  npm run muster -- reviews',
    '    remedy-1/restart',
    '      risk  0.45',
    '',
    '  Answer it with',
    '  npm run muster -- review remedy-1/restart deny --comment "It did not help."',
  ]);
  const waiting = { kind: 'answer', text: 'Is it settled?', workflowId: 'ask-1', stepId: 'person' } as const;
  expect(asking(waiting, [], plain).at(-1)).toBe('  npm run muster -- playbook answer ask-1 person yes');
});

it.each(scenarioNames)('suggests what fits into 79 columns after %s', (name) => {
  const shop = { url: 'http://127.0.0.1:65535', faultUrl: 'http://127.0.0.1:65535/fault' };
  const lines = suggestions(shop, [{ name: 'data-processing', url: 'http://127.0.0.1:65535' }], scenarioNamed(name)!);
  expect(lines.join('\n')).toContain('curl -X DELETE http://127.0.0.1:65535/fault ');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(77);
});
