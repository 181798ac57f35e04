import { expect, it } from 'vitest';
import { alertOf } from '../../test/alert-builder.ts';
import { after, heard } from '../../test/loop-builder.ts';
import { blocked, visits } from '../../test/sight-builder.ts';
import { missingAfter, storyOf } from '../../test/waiting.ts';
import type { DemoEvent } from '../story.ts';
import { attack, attacker, scanner } from './attack.ts';

const alert = (seconds: number, address: string, change = {}): DemoEvent => ({
  at: after(seconds),
  kind: 'alert',
  alert: alertOf({
    fingerprint: `security/address/${address}`,
    category: 'SECURITY',
    labels: { address },
    startsAt: after(42),
    ...change,
  }),
});
const tick = (seconds: number): DemoEvent => ({ at: after(seconds), kind: 'tick' });
const fault = (seconds: number, isOn: boolean): DemoEvent => ({ at: after(seconds), kind: 'fault', isOn });

const keptOut: readonly DemoEvent[] = [
  visits(39, 'customers', 1_000, 0),
  fault(40, true),
  visits(41, 'attacker', 3, 0),
  alert(42, attacker),
  blocked(42.1, attacker),
  visits(42.5, 'attacker', 4, 1),
  heard(43, 'incident', {}),
  visits(62, 'attacker', 4, 40),
  tick(65),
];
const over: readonly DemoEvent[] = [
  fault(65, false),
  blocked(82, attacker, null),
  alert(82.1, attacker, { status: 'RESOLVED' }),
  heard(88, 'incident', { status: 'RESOLVED', resolvedAt: after(87) }),
];
const ownScanner: readonly DemoEvent[] = [alert(90, scanner), visits(94, 'scanner', 10, 0)];
const letIn: readonly DemoEvent[] = [
  visits(96, 'attacker', 3, 0),
  blocked(97, attacker, { offence: 2 }),
  visits(98, 'attacker', 3, 1),
  blocked(100, attacker, { status: 'RELEASED', decidedBy: 'ann' }),
  visits(101, 'attacker', 3, 5),
  visits(102, 'attacker', 4, 5),
];
const whole = [...keptOut, ...over, ...ownScanner, ...letIn];

it('is kept out, told of, and let in again', () => {
  const ends = whole.map((_, index) => missingAfter(attack, whole.slice(0, index + 1)));
  expect([...new Set(ends)]).toEqual([
    'no alert fired',
    'the attacker was not blocked',
    'the attacker was not refused at the front door',
    'no incident was opened for the alert',
    'the block was not seen to hold',
    'the block did not end',
    'not all alerts were resolved',
    'the incident was not resolved',
    'nobody was told of the scanner',
    'the scanner was not served',
    'the attacker was not blocked a second time',
    'the attacker was not refused a second time',
    'the address was not released',
    'the address was not let in after it had been released',
    undefined,
  ]);
  expect(attack.contradictions?.(storyOf(attack, whole))).toEqual([]);
  expect(attack.verdict?.(storyOf(attack, whole))).toEqual([
    'Blocked 2.1 s after the attack began, when 4 requests had been answered; first refused 400 ms later.',
    'Customers: 1000 requests served, 0 refused.',
    'False alarms before the attack: none.',
  ]);
});

it('does not hold when something comes through', () => {
  expect(() => missingAfter(attack, [...keptOut.slice(0, -2), visits(50, 'attacker', 5, 20)])).toThrow(
    'came through after it had been refused',
  );
  const through = alert(63, attacker, { severity: 'CRITICAL', title: `${attacker} is blocked and comes through` });
  expect(() => missingAfter(attack, [...keptOut.slice(0, -1), through])).toThrow('The block does not hold');
});

it('is no success when somebody else suffers', () => {
  const others = [visits(50, 'customers', 1_200, 3), blocked(51, '198.51.100.7'), heard(52, 'change', {})];
  expect(attack.contradictions?.(storyOf(attack, [...keptOut, ...others]))).toEqual([
    '3 requests of the customers were refused.',
    '198.51.100.7 was blocked, who did nothing.',
    'A change was asked for: "Restart shop".',
  ]);
});
