import { expect, it } from 'vitest';
import { alertOf } from '../test/alert-builder.ts';
import { plain } from './palette.ts';
import { beginStory, tell, type DemoEvent } from './story.ts';
import { suggestions, timeline, verdict } from './summary.ts';

const startedAt = 1_780_300_800_000;
const after = (seconds: number) => startedAt + seconds * 1_000;
const alert = (seconds: number, change = {}): DemoEvent => ({
  at: after(seconds),
  kind: 'alert',
  alert: alertOf({ startsAt: after(seconds), ...change }),
});
const storyOf = (...events: readonly DemoEvent[]) => events.reduce(tell, beginStory('shop', startedAt));
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
    '    +0 ms  the fault was switched on',
    '   +2.0 s  FIRING    shop/latency_ms{route=/checkout}',
    '   +4.0 s  FIRING    shop has stopped',
    '  +10.0 s  the fault was gone',
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

it('suggests what fits into 79 columns', () => {
  const shop = { url: 'http://127.0.0.1:65535', faultUrl: 'http://127.0.0.1:65535/fault' };
  const lines = suggestions(shop, [{ name: 'data-processing', url: 'http://127.0.0.1:65535' }]);
  expect(lines.join('\n')).toContain('curl -X DELETE http://127.0.0.1:65535/fault ');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(77);
});
