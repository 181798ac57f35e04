import { describe, expect, it } from 'vitest';
import { alertOf } from '../test/alert-builder.ts';
import { narrate } from './narration.ts';
import { plain } from './palette.ts';
import { slow } from './scenarios/shop-faults.ts';
import { beginStory, tell, type DemoEvent } from './story.ts';

const startedAt = 1_780_300_800_000;
const after = (seconds: number) => startedAt + seconds * 1_000;

/** What is said of the last of these events. */
function narrated(...events: readonly DemoEvent[]): string[] {
  const last = events.at(-1)!;
  const before = events.slice(0, -1).reduce(tell, beginStory('shop', startedAt, slow));
  return narrate(before, last, tell(before, last), plain);
}
const fault = (seconds: number, isOn = true): DemoEvent => ({ at: after(seconds), kind: 'fault', isOn });
const alert = (seconds: number, change = {}): DemoEvent => ({
  at: after(seconds),
  kind: 'alert',
  alert: alertOf(change),
});

it('says when the fault begins and how long it was on', () => {
  expect(narrated(fault(40))[0]).toBe('  40.0 s  The fault begins: slow');
  expect(narrated(fault(40), fault(52.5, false))).toEqual(['  52.5 s  The fault is over after 12.5 s']);
});

describe('a firing alert', () => {
  it('is told with its evidence and how soon it came', () => {
    expect(narrated(fault(40), alert(42))).toEqual([
      '  42.0 s  FIRING  WARNING',
      '          shop latency_ms{route=/checkout} is 1240 ms, expected 30-110 ms',
      '          1240 ms seen where 70 is usual, 30 to 110 the range',
      '          detector level, which has learned from 82 values',
      '          2000 ms after the fault, 10 ms after its last value was measured',
    ]);
  });

  it('without a fault is told as what it is', () => {
    expect(narrated(alert(42)).join(' ')).toContain('before the fault');
  });

  it('says again when it gets worse', () => {
    const lines = narrated(fault(40), alert(42), alert(45, { severity: 'CRITICAL' }));
    expect(lines[0]).toBe('  45.0 s  STILL FIRING, now  CRITICAL');
  });

  it('of somebody else is not told', () => {
    expect(narrated(fault(40), alert(42, { target: 'billing' }))).toEqual([]);
  });

  it('about a series that never moved tells no range', () => {
    const evidence = [{ ...alertOf().evidence[0]!, unit: '', observed: 0.667, expected: 0, lower: 0, upper: 5e-300 }];
    expect(narrated(fault(40), alert(42, { evidence }))[2]).toBe('          0.67 seen where 0 is usual');
  });

  it('without values says the reason', () => {
    const evidence = [
      {
        ...alertOf().evidence[0]!,
        observed: null,
        expected: null,
        lower: null,
        upper: null,
        reason: 'no value for 40 s',
        recent: [],
      },
    ];
    const lines = narrated(fault(40), alert(80, { evidence }));
    expect(lines[2]).toBe('          no value for 40 s');
    expect(lines.at(-1)).toBe('          40000 ms after the fault');
  });
});

describe('a resolved alert', () => {
  const end = { status: 'RESOLVED', title: 'shop latency_ms is back to normal: 60 ms' } as const;

  it('is told with how long it fired, and how long after the repair it ended', () => {
    expect(narrated(fault(40), alert(42), fault(50, false), alert(66.5, end))).toEqual([
      '  66.5 s  RESOLVED  after 24.5 s; 16.5 s after the fault was over',
      '          shop latency_ms is back to normal: 60 ms',
    ]);
  });

  it('that nobody saw firing is not told', () => {
    expect(narrated(alert(66.5, end))).toEqual([]);
  });
});

it('never makes a line longer than 79 columns', () => {
  const title = `shop latency_ms{route=/checkout,region=north-west} is far above ${'and '.repeat(30)}beyond`;
  const lines = [
    ...narrated(fault(40), alert(42, { title })),
    ...narrated({ at: after(1), kind: 'note', text: 'word '.repeat(60) }),
  ];
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(79);
});
