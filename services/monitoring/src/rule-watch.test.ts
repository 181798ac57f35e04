import { describe, expect, it } from 'vitest';
import { drive, feed, policyOf, targetOf, type Drive } from '../test/drive.ts';

const slow = { ruleId: 'slow', when: "name == 'latency_ms' && value > 800.0" };

function under(rules: Parameters<typeof policyOf>[0], over: Parameters<typeof policyOf>[1] = {}): Drive {
  const run = drive();
  run.policy(policyOf(rules, over));
  return run;
}

const changes = (run: Drive): string[] => run.told.map(({ status, title }) => `${status} ${title}`);

describe('a rule', () => {
  it('fires at the first value for which it holds, and is over at the first for which it does not', () => {
    const run = under([{ ...slow, severity: 'CRITICAL', labels: { team: 'shop' } }], { version: 3 });
    run.sample({ value: 842, labels: { route: '/cart' } });
    feed(run, 1, () => 900, { labels: { route: '/cart' } });
    feed(run, 1, () => 100, { labels: { route: '/cart' } });
    const name = 'shop latency_ms{route=/cart}';
    expect(changes(run)).toEqual([
      `FIRING ${name} is 842 ms: rule slow of policy p holds`,
      `RESOLVED ${name} is 100 ms: rule slow of policy p no longer holds`,
    ]);
    expect(run.told[0]).toMatchObject({
      fingerprint: 'shop/latency_ms{route=/cart}/rule/p/slow',
      severity: 'CRITICAL',
      labels: { route: '/cart', team: 'shop' },
      description: `${slow.when} is true.`,
    });
    expect(run.told[0]?.evidence?.[0]).toMatchObject({
      detector: 'rule',
      observed: 842,
      rule: { policyId: 'p', policyVersion: 3, ruleId: 'slow', condition: slow.when },
    });
  });

  it('waits until its condition has held for as long as it says, also without another sample', () => {
    const run = under([{ ...slow, forMs: 30_000 }]);
    run.sample({ value: 900 });
    feed(run, 1, () => 100);
    const heldAt = run.now + 10_000;
    feed(run, 2, () => 900);
    run.until(heldAt + 29_999);
    expect(run.told).toEqual([]);
    run.until(heldAt + 30_000);
    expect(run.told).toMatchObject([{ status: 'FIRING', toldAt: heldAt + 30_000, startsAt: heldAt }]);
  });

  it('is not held up by the last value of a series that has stopped', () => {
    const run = under([{ ...slow, forMs: 600_000 }]);
    feed(run, 20, () => 900);
    run.until(run.now + 3_600_000);
    expect(run.told.map(({ fingerprint }) => fingerprint)).toEqual(['shop/latency_ms/absence']);
    feed(run, 59, () => 900);
    expect(run.told.map(({ status }) => status)).toEqual(['FIRING', 'RESOLVED']);
    feed(run, 2, () => 900);
    expect(run.told.map(({ fingerprint }) => fingerprint)[2]).toBe('shop/latency_ms/rule/p/slow');
  });

  it('stays raised through a silence', () => {
    const run = under([{ ...slow, forMs: 30_000 }]);
    feed(run, 20, () => 900);
    run.until(run.now + 3_600_000);
    feed(run, 2, () => 900);
    const ofRule = run.told.filter(({ fingerprint }) => fingerprint.endsWith('/rule/p/slow'));
    expect(ofRule.map(({ status }) => status)).toEqual(['FIRING']);
  });

  it('is not asked about a sample older than the one before', () => {
    const run = under([slow]);
    run.sample({ value: 900 });
    run.until(run.now + 10_000);
    run.sample({ value: 100, at: run.now - 20_000 });
    expect(run.told.map(({ status }) => status)).toEqual(['FIRING']);
  });

  it('is titled as it says', () => {
    const title = '{name} of {target} is {value} on {labels.route} ({owner}, {nothing})';
    const run = drive();
    run.targets.put(targetOf('shop', { owner: 'web' }));
    run.policy(policyOf([{ ...slow, title }]));
    run.sample({ value: 1842.3, labels: { route: '/cart' } });
    expect(run.told[0]?.title).toBe('latency_ms of shop is 1842 ms on /cart (web, {nothing})');
  });

  it('may ask for tier, owner, labels, unit and category', () => {
    const when =
      "tier == 'CRITICAL' && owner == 'web' && labels.route == '/cart' && unit == 'ms' && category == 'PERFORMANCE' && value > 800.0";
    const run = drive();
    run.policy(policyOf([{ when }]));
    run.sample({ value: 900, labels: { route: '/cart' } });
    expect(run.told).toEqual([]);
    run.targets.put(targetOf('shop', { owner: 'web', tier: 'CRITICAL' }));
    run.sample({ value: 900, labels: { route: '/cart' } });
    run.sample({ value: 900, labels: { route: '/home' } });
    run.sample({ value: 900 });
    expect(run.told.map(({ fingerprint }) => fingerprint)).toEqual(['shop/latency_ms{route=/cart}/rule/p/rule-1']);
  });
});

describe('a policy that changes between two samples', () => {
  it('holds for the second in its new version', () => {
    const run = under([slow]);
    run.sample({ value: 700 });
    run.policy(policyOf([{ ...slow, when: 'value > 600.0' }], { version: 2 }));
    run.sample({ value: 700 });
    expect(run.told[0]?.evidence?.[0]?.rule).toMatchObject({ policyVersion: 2, condition: 'value > 600.0' });
  });

  it.each([
    ['was removed', (run: Drive) => run.policies.remove('p')],
    ['was disabled', (run: Drive) => run.policy(policyOf([slow], { version: 2, isEnabled: false }))],
    ['has lost the rule', (run: Drive) => run.policy(policyOf([], { version: 2 }))],
    ['is another agent’s', (run: Drive) => run.policy(policyOf([slow], { version: 2, agent: 'approval' }))],
  ])('and %s lets go of its alerts', (_, change) => {
    const run = under([slow]);
    run.sample({ value: 900 });
    change(run);
    run.sample({ value: 900 });
    expect(run.told.map(({ status }) => status)).toEqual(['FIRING', 'RESOLVED']);
    expect(run.told[1]?.description).toContain('no longer in force');
    expect(run.told[1]?.correlationId).toBe(run.told[0]?.correlationId);
  });
});
