import { expect, it } from 'vitest';
import { alertOf } from '../../test/alert-builder.ts';
import { after, heard } from '../../test/loop-builder.ts';
import { health } from '../../test/sight-builder.ts';
import { missingAfter, storyOf } from '../../test/waiting.ts';
import type { DemoEvent } from '../story.ts';
import { dependencyDown } from './dependency-down.ts';

const provider = 'shop-payments';
const alert = (seconds: number, target: string, change = {}): DemoEvent => ({
  at: after(seconds),
  kind: 'alert',
  alert: alertOf({ fingerprint: `of/${target}`, target, startsAt: after(42), ...change }),
});
const suspicion = { target: provider, fingerprint: 'f', confidence: 0.9, reasons: ['1 of the targets depends on it'] };
const whole: readonly DemoEvent[] = [
  health(35, 'shop', 'HEALTHY'),
  health(36, provider, 'HEALTHY'),
  { at: after(40), kind: 'fault', isOn: true },
  alert(42, 'shop'),
  heard(42.5, 'incident', {}),
  health(45, provider, 'UNHEALTHY'),
  alert(45.1, provider),
  health(47, 'shop', 'DEGRADED', [provider]),
  heard(48, 'incident', { suspectedCause: suspicion, targets: ['shop', provider] }),
  { at: after(52), kind: 'fault', isOn: false },
  health(55, provider, 'HEALTHY'),
  health(57, 'shop', 'HEALTHY'),
  alert(58, provider, { status: 'RESOLVED' }),
  alert(65, 'shop', { status: 'RESOLVED' }),
  heard(70, 'incident', { status: 'RESOLVED', resolvedAt: after(70), suspectedCause: suspicion }),
];

it('names the cause and who suffers, and is over when all are well', () => {
  const ends = whole.map((_, index) => missingAfter(dependencyDown, whole.slice(0, index + 1)));
  expect([...new Set(ends)]).toEqual([
    'health did not find the shop and its provider HEALTHY',
    'health did not find the payment provider UNHEALTHY',
    'no alert fired about the payment provider',
    'the shop was not found to suffer from its payment provider',
    'no incident suspects the payment provider',
    'health did not find the payment provider HEALTHY again',
    'health did not find the shop HEALTHY again',
    'not all alerts were resolved',
    'the incident was not resolved',
    undefined,
  ]);
  expect(dependencyDown.contradictions?.(storyOf(dependencyDown, whole))).toEqual([]);
  expect(dependencyDown.verdict?.(storyOf(dependencyDown, whole))).toEqual([
    'The payment provider was found down after 5.0 s, the shop DEGRADED by it after 7.0 s.',
    'One incident; the suspected cause is shop-payments: 1 of the targets depends on it.',
    'Both well 5.0 s after it was back.',
    'False alarms before the outage: none.',
  ]);
});

it('is no success when the shop itself is said not to work, or two incidents tell of one cause', () => {
  expect(() => missingAfter(dependencyDown, [...whole.slice(0, 7), health(46, 'shop', 'UNHEALTHY')])).toThrow(
    'The shop was said not to work',
  );
  const others = [heard(49, 'incident', { incidentId: 'i-2' }), alert(50, 'shop', { fingerprint: 'health/shop' })];
  expect(dependencyDown.contradictions?.(storyOf(dependencyDown, [...whole, ...others]))).toEqual([
    'There were 2 incidents instead of one.',
    expect.stringContaining('Health had an alert of its own about the shop'),
  ]);
});
