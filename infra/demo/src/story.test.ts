import { describe, expect, it } from 'vitest';
import { alertOf } from '../test/alert-builder.ts';
import { slow } from './scenarios/shop-faults.ts';
import { beginStory, falseAlarms, firedSinceFault, learned, stillFiring, tell, type DemoEvent } from './story.ts';

const startedAt = 1_780_300_800_000;
const after = (seconds: number) => startedAt + seconds * 1_000;
const told = (...events: readonly DemoEvent[]) => events.reduce(tell, beginStory('shop', startedAt, slow));
const sample = (value: number, name = 'latency_ms', target = 'shop'): DemoEvent => ({
  at: after(1),
  kind: 'sample',
  sample: { target, name, labels: { route: '/cart' }, value },
});
const firing = (at: number, change = {}): DemoEvent => ({
  at,
  kind: 'alert',
  alert: alertOf({ startsAt: at, ...change }),
});
const resolved = (at: number, change = {}): DemoEvent => firing(at, { status: 'RESOLVED', endsAt: at, ...change });
const broken: DemoEvent = { at: after(40), kind: 'fault', isOn: true };

describe('the values', () => {
  it('are kept by series, the newest sixty', () => {
    const { series } = told(...Array.from({ length: 70 }, (_, index) => sample(index)), sample(1, 'error_share'));
    expect([...series.keys()]).toEqual(['shop/latency_ms{route=/cart}', 'shop/error_share{route=/cart}']);
    const latency = series.get('shop/latency_ms{route=/cart}');
    expect(latency).toMatchObject({ name: 'latency_ms', route: '/cart', count: 70 });
    expect([latency?.recent.length, latency?.recent[0], latency?.recent.at(-1)]).toEqual([60, 10, 69]);
  });

  it('of anything else are left out', () => {
    expect(told(sample(1, 'latency_ms', 'billing')).series.size).toBe(0);
  });

  it('are learned when the series that spoke least has said enough', () => {
    const many = Array.from({ length: 64 }, () => sample(1));
    expect(learned(told())).toBe(0);
    expect(learned(told(...many, sample(0, 'error_share')))).toBe(1 / 64);
    expect(learned(told(...many))).toBe(1);
  });
});

describe('an alert', () => {
  it('before the fault is a false alarm, one after it is not', () => {
    const early = told(firing(after(30)));
    expect(falseAlarms(early)).toHaveLength(1);
    const story = told(broken, firing(after(42)));
    expect(falseAlarms(story)).toEqual([]);
    expect(firedSinceFault(story)).toMatchObject([{ firedAt: after(42) }]);
  });

  it('fires until it is resolved, whatever it says in between', () => {
    const worse = firing(after(44), { severity: 'CRITICAL', startsAt: after(42) });
    const story = told(broken, firing(after(42)), worse);
    expect(stillFiring(story)).toMatchObject([{ firedAt: after(42), alert: { severity: 'CRITICAL' } }]);
    const over = tell(story, resolved(after(60), { startsAt: after(42) }));
    expect(stillFiring(over)).toEqual([]);
    expect(firedSinceFault(over)).toMatchObject([{ firedAt: after(42), resolvedAt: after(60) }]);
  });

  it('that fires again is a new one', () => {
    const story = told(broken, firing(after(42)), resolved(after(60)), { ...broken, at: after(90) }, firing(after(92)));
    expect(firedSinceFault(story)).toMatchObject([{ firedAt: after(92) }]);
    expect(stillFiring(story)).toHaveLength(1);
  });

  it('of another target, or from before this run, is no part of the story', () => {
    const others = told(firing(after(5), { target: 'billing' }), firing(after(5), { startsAt: startedAt - 1 }));
    expect(others.alerts.size).toBe(0);
    expect(told(resolved(after(5))).alerts.size).toBe(0);
  });
});

describe('the fault', () => {
  it('is on until it is lifted, and can come back', () => {
    const lifted = told(broken, { at: after(50), kind: 'fault', isOn: false });
    expect(lifted).toMatchObject({ faultAt: after(40), liftedAt: after(50) });
    const again = tell(lifted, { at: after(70), kind: 'fault', isOn: true });
    expect(again.faultAt).toBe(after(70));
    expect(again.liftedAt).toBeUndefined();
  });
});
