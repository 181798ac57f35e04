import { describe, expect, it } from 'vitest';
import { drive, type Drive } from '../test/drive.ts';
import { beginAt, minuteMs, policyOf, silenceOf, targetOf } from '../test/given.ts';

const shops = ['cart', 'search', 'shop', 'users'] as const;

function withTopology(): Drive {
  const run = drive();
  run.tables.targets.put(targetOf('db'));
  for (const target of shops) run.tables.targets.put(targetOf(target, ['db']));
  run.tables.targets.put(targetOf('page', ['shop']));
  run.tables.targets.put(targetOf('mail'));
  return run;
}

const fires = (run: Drive, target: string, over: object = {}): void =>
  run.alert({ target, fingerprint: `${target}/errors`, title: `${target} fails`, ...over });
const ends = (run: Drive, target: string): void =>
  run.alert({ target, fingerprint: `${target}/errors`, status: 'RESOLVED', startsAt: beginAt, endsAt: run.now });

describe('an incident', () => {
  it('opens with its first alert, tells its cause and impact, and resolves when all is quiet, under one correlation id', () => {
    const run = withTopology();
    fires(run, 'db', { severity: 'CRITICAL' });
    for (const target of shops) {
      run.until(run.now + 2_000);
      fires(run, target);
    }
    run.until(beginAt + 2 * minuteMs);
    for (const target of ['db', ...shops]) ends(run, target);
    run.until(beginAt + 10 * minuteMs);
    const told = run.incidents;
    expect(new Set(told.map(({ incidentId }) => incidentId)).size).toBe(1);
    expect(new Set(told.map(({ correlationId }) => correlationId))).toEqual(
      new Set([run.transitions[0]?.correlationId]),
    );
    expect(told[0]).toMatchObject({
      status: 'OPEN',
      severity: 'CRITICAL',
      target: 'db',
      openedAt: beginAt,
      alertCount: 1,
    });
    const grown = told.findLast(({ status }) => status === 'OPEN');
    expect(grown).toMatchObject({ target: 'db', suspectedCause: { target: 'db' }, alertCount: 5 });
    expect(grown?.suspectedCause?.reasons.length).toBeGreaterThan(0);
    expect(grown?.impact.toSorted()).toEqual([...shops, 'page'].toSorted());
    expect(grown?.title).toBe('db fails, and 4 more alerts');
    expect(told.at(-1)).toMatchObject({ status: 'RESOLVED' });
    expect(told.at(-1)?.resolvedAt).toBeGreaterThan(beginAt + 2 * minuteMs);
  });

  it('is told at once when it opens, gets worse or ends, and otherwise every five seconds at the most', () => {
    const run = withTopology();
    fires(run, 'db');
    for (let index = 0; index < 100; index += 1) {
      run.until(run.now + 100);
      run.alert({ target: 'db', fingerprint: `db/${index}`, title: `db ${index}` });
    }
    fires(run, 'db', { severity: 'CRITICAL' });
    expect(run.incidents.at(-1)).toMatchObject({ severity: 'CRITICAL', at: run.now });
    expect(run.incidents.length).toBeLessThanOrEqual(6);
    run.until(run.now + 6_000);
    expect(run.incidents.at(-1)?.alertCount).toBe(101);
  });

  it('is another one in another scope', () => {
    const run = withTopology();
    fires(run, 'db', { labels: { scope: 'eu' } });
    run.alert({ target: 'db', fingerprint: 'db/us', labels: { scope: 'us' } });
    expect(run.incidents.map(({ scope }) => scope)).toEqual(['eu', 'us']);
  });

  it('is not opened by a silenced alert, but is when the silence ends', () => {
    const run = withTopology();
    run.silence(silenceOf({ endsAt: beginAt + 10 * minuteMs }));
    fires(run, 'shop');
    run.until(beginAt + 9 * minuteMs);
    expect(run.incidents).toEqual([]);
    run.until(beginAt + 11 * minuteMs);
    expect(run.incidents).toMatchObject([{ status: 'OPEN', target: 'shop' }]);
  });

  it('is not opened by a transition this version does not know', () => {
    const run = drive();
    run.hear('muster.alert-transitions.v1', { scope: 'default', transition: 'UNKNOWN', fingerprint: 'f' });
    expect([run.incidents, run.ignoredFor]).toEqual([[], ['what changed is not known to this version']]);
  });
});

it('is resolved when all of its alerts have ended for as long as was set', () => {
  const settledAfter = (config: { settleMs?: number }): number | null | undefined => {
    const run = drive({ config });
    fires(run, 'mail');
    run.until(beginAt + minuteMs);
    ends(run, 'mail');
    run.until(beginAt + 10 * minuteMs);
    return run.incidents.at(-1)?.resolvedAt;
  };
  expect(settledAfter({})).toBe(beginAt + minuteMs + 15_000);
  expect(settledAfter({ settleMs: 2_000 })).toBe(beginAt + minuteMs + 2_000);
});

describe('a rule that mutes', () => {
  const dependencyDown = {
    ruleId: 'dependency-down',
    description: 'What it depends on is down.',
    when: `by.target in alert.dependsOn && by.severity == 'CRITICAL' && alert.severity == 'WARNING'`,
  };

  const muting = (): Drive => {
    const run = withTopology();
    run.policy(policyOf([dependencyDown]));
    fires(run, 'db', { severity: 'CRITICAL' });
    run.until(run.now + 1_000);
    return run;
  };

  it('keeps alerts out of incidents while another fires, and says so there', () => {
    const run = muting();
    for (const target of shops) fires(run, target);
    run.alert({ target: 'mail', fingerprint: 'mail/errors', title: 'mail fails' });
    run.until(run.now + 10_000);
    const db = run.incidents.findLast(({ target }) => target === 'db');
    expect(db?.alertCount).toBe(1);
    expect(db?.timeline.filter(({ text }) => text.includes('is muted while'))).toHaveLength(4);
    expect(db?.timeline.at(-1)?.text).toBe(
      'users fails (users) is muted while "db fails" holds, by rule p/dependency-down: What it depends on is down.',
    );
    expect(run.incidents.map(({ target }) => target)).toContain('mail');
  });

  it('lets them come forth when the other ends, those that ended meanwhile excepted', () => {
    const run = muting();
    fires(run, 'shop');
    fires(run, 'cart');
    run.until(run.now + minuteMs);
    ends(run, 'cart');
    ends(run, 'db');
    run.until(run.now + minuteMs);
    const alerts = run.incidents.flatMap((incident) => incident.alerts.map(({ fingerprint }) => fingerprint));
    expect(alerts).toContain('shop/errors');
    expect(alerts).not.toContain('cart/errors');
  });

  it('counts what was said again meanwhile, each message once', () => {
    const run = muting();
    for (let said = 0; said < 4; said += 1) {
      fires(run, 'shop');
      run.until(run.now + 4 * minuteMs);
    }
    expect(run.transitions.filter(({ target }) => target === 'shop').map(({ transition }) => transition)).toContain(
      'REPEATED',
    );
    ends(run, 'db');
    run.until(run.now + minuteMs);
    const shop = run.incidents.flatMap(({ alerts }) => alerts).findLast(({ target }) => target === 'shop');
    expect(shop?.count).toBe(4);
  });

  it('lets them come forth when it gets worse than the rule mutes', () => {
    const run = muting();
    fires(run, 'shop');
    fires(run, 'shop', { severity: 'CRITICAL' });
    run.until(run.now + 10_000);
    const alerts = run.incidents.flatMap((incident) => incident.alerts.map(({ fingerprint }) => fingerprint));
    expect(alerts).toContain('shop/errors');
  });

  it('lets them come forth within a minute when it is removed', () => {
    const run = muting();
    fires(run, 'shop');
    run.tables.policies.remove('p');
    run.until(run.now + minuteMs);
    const alerts = run.incidents.flatMap((incident) => incident.alerts.map(({ fingerprint }) => fingerprint));
    expect(alerts).toContain('shop/errors');
  });

  it('never mutes an alert by itself, nor by one that is muted', () => {
    const run = withTopology();
    run.policy(policyOf([{ when: 'by.severity == alert.severity' }]));
    for (const target of ['db', 'shop', 'cart']) fires(run, target);
    expect(run.incidents.map(({ target }) => target)).toEqual(['db']);
    ends(run, 'db');
    run.until(run.now + minuteMs);
    const shown = new Set(run.incidents.flatMap(({ alerts }) => alerts.map(({ fingerprint }) => fingerprint)));
    expect(shown).toEqual(new Set(['db/errors', 'shop/errors']));
  });

  it('remembers a hundred muted alerts of a scope and lets the others pass', () => {
    const run = muting();
    for (let index = 0; index < 150; index += 1) run.alert({ target: 'shop', fingerprint: `shop/${index}` });
    run.until(run.now + 10_000);
    const open = run.incidents.filter(({ status }) => status === 'OPEN');
    const latest = new Map(open.map((incident) => [incident.incidentId, incident.alertCount]));
    expect([...latest.values()].reduce((sum, count) => sum + count, 0)).toBe(51);
  });

  it.each([
    ['by.sevrity == "CRITICAL"', 'did you mean severity?'],
    ['by.severity', 'must be true or false'],
    ['target == "shop"', 'it may use alert, by'],
  ])('%s is told not to be in force', (when, reason) => {
    const run = drive();
    run.policy(policyOf([{ when }, { verdict: 'ALERT', when: 'true' }]));
    const told = run.published.map(({ value }) => value as { title: string; description: string });
    const problems = told.filter(({ description }) => description?.startsWith('It '));
    expect(problems[0]).toMatchObject({ title: 'rule rule-1 of policy p is not in force' });
    expect(problems[0]?.description).toContain(reason);
    expect(problems[1]?.description).toContain('says ALERT, and correlation knows only INHIBIT');
  });
});
