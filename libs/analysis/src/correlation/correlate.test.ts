import { describe, expect, it } from 'vitest';
import { hourMs, minuteMs } from './limits.ts';
import { alert, ended, scene } from './scene.ts';

const services = ['shop', 'cart', 'search', 'users', 'billing'];
const topology = { db: [], mail: [], ...Object.fromEntries(services.map((name) => [name, ['db']])) };

describe('conditions', () => {
  it('are one incident with its cause where a database fails under five services', () => {
    const scope = scene(topology);
    ['shop', 'cart', 'db', 'search', 'users', 'billing'].forEach((each, index) =>
      scope.hear(index * 1_000, alert(each)),
    );
    expect(scope.open()).toHaveLength(1);
    const [incident] = scope.open();
    expect(incident?.cause).toMatchObject({ target: 'db', fingerprint: 'db/errors' });
    expect(incident?.cause?.reasons[0]).toBe('5 of the targets with alerts depend on db');
    expect(incident?.cause?.confidence).toBeGreaterThan(0.9);
    expect(incident?.impact.toSorted()).toEqual(services.toSorted());
    expect(incident?.alertCount).toBe(6);
  });

  it('are two incidents where two targets fail that have nothing to do with each other', () => {
    const scope = scene(topology);
    for (const [index, target] of ['db', 'mail', 'shop'].entries()) scope.hear(index * 1_000, alert(target));
    expect(scope.open().map(({ targets }) => targets)).toEqual([['mail'], ['db', 'shop']]);
  });

  it('are not grouped by time where the topology does not know them', () => {
    const scope = scene();
    scope.hear(0, alert('a'));
    scope.hear(1_000, alert('b'));
    expect(scope.open()).toHaveLength(2);
  });

  it('are grouped where they came together before', () => {
    const scope = scene();
    for (let day = 0; day < 4; day += 1) {
      for (const [index, target] of ['a', 'b'].entries()) {
        scope.hear(day * 24 * hourMs + index * 10_000, alert(target));
        scope.hear(day * 24 * hourMs + minuteMs + index, ended(alert(target)));
      }
    }
    scope.hear(4 * 24 * hourMs, alert('a'));
    scope.hear(4 * 24 * hourMs + 10_000, alert('b'));
    expect(scope.open()).toHaveLength(1);
    expect(scope.open()[0]?.members.get('b/errors')?.reason).toContain('mostly comes together with "a fails"');
  });

  it('join two incidents that they connect, and the older takes over', () => {
    const scope = scene({ gateway: ['left', 'right'], left: [], right: [] });
    scope.hear(0, alert('left'));
    scope.hear(1_000, alert('right'));
    expect(scope.open()).toHaveLength(2);
    scope.hear(2_000, alert('gateway', { severity: 'CRITICAL' }));
    expect(scope.open()).toHaveLength(1);
    expect(scope.open()[0]).toMatchObject({ incidentId: 'i1', severity: 'CRITICAL', alertCount: 3 });
    expect(scope.told.at(-1)).toMatchObject({ kinds: ['merged'], incident: { incidentId: 'i2', mergedInto: 'i1' } });
  });

  it('go apart when the topology says that they are', () => {
    const scope = scene({ shop: ['db'], db: [], cart: ['db'] });
    for (const [index, target] of ['db', 'shop', 'cart'].entries()) scope.hear(index * 1_000, alert(target));
    scope.learnTopology({ shop: ['db'], db: [], cart: [] });
    scope.hear(5_000, ended(alert('shop')));
    expect(scope.open().map(({ targets }) => targets.toSorted())).toEqual([['db', 'shop'], ['cart']]);
    expect(scope.told.filter(({ kinds }) => kinds.includes('split'))).toHaveLength(2);
  });

  it('are told worse and with another cause as more is known', () => {
    const scope = scene(topology);
    scope.hear(0, alert('shop'));
    expect(scope.open()[0]?.cause).toMatchObject({ target: 'shop', confidence: 1 });
    scope.hear(1_000, alert('db', { severity: 'CRITICAL' }));
    expect(scope.told.at(-1)?.kinds).toEqual(['grown', 'worse', 'cause']);
  });

  it('are over when all ended and stayed so', () => {
    const scope = scene(topology);
    scope.hear(0, alert('db'));
    scope.hear(1_000, alert('shop'));
    scope.hear(2_000, ended(alert('db')));
    scope.pass(hourMs);
    expect(scope.open()).toHaveLength(1);
    scope.hear(hourMs, ended(alert('shop')));
    scope.pass(hourMs + 15_000);
    expect(scope.told.at(-1)).toMatchObject({ kinds: ['resolved'], incident: { resolvedAt: hourMs + 15_000 } });
  });

  it('that come and go are one incident, opened again', () => {
    const scope = scene();
    for (let round = 0; round < 20; round += 1) {
      scope.hear(round * 2 * minuteMs, alert('disk'));
      scope.hear(round * 2 * minuteMs + minuteMs, ended(alert('disk')));
    }
    expect(scope.kinds().filter((kind) => kind === 'opened')).toHaveLength(1);
    expect(scope.incidents()[0]?.reopened).toBe(19);
  });

  it('that are muted open nothing', () => {
    const scope = scene();
    scope.hear(0, alert('a', { silencedBy: ['s1'] }));
    scope.hear(1_000, alert('b', { inhibitedBy: 'c/errors' }));
    expect(scope.incidents()).toEqual([]);
  });

  it('forget what ended, and leave nothing to wait for', () => {
    const scope = scene();
    scope.hear(0, alert('a'));
    scope.hear(1_000, ended(alert('a')));
    scope.pass(hourMs);
    expect(scope.incidents()).toEqual([]);
  });
});
