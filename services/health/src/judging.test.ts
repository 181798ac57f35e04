import { describe, expect, it } from 'vitest';
import { drive, play, targetOf } from '../test/drive.ts';

const onDb = { dependsOn: ['shop-db'] };

describe('one target', () => {
  it('is not working after three failures in a row and works again after two passes, with one alert', () => {
    const run = drive();
    play(run, 'shop', 'PFFPFF');
    expect(run.reports.get('shop')).toMatchObject({ status: 'HEALTHY', isDoubted: true, reason: '' });
    expect(run.told).toEqual([]);
    play(run, 'shop', 'F');
    const downAt = run.now;
    expect(run.reports.get('shop')).toMatchObject({
      status: 'UNHEALTHY',
      sinceAt: downAt,
      reason: 'http: answers 503',
    });
    play(run, 'shop', 'FPFP');
    expect(run.reports.get('shop')?.status).toBe('UNHEALTHY');
    play(run, 'shop', 'P');
    expect(run.short).toEqual(['FIRING shop CRITICAL', 'RESOLVED shop CRITICAL']);
    const [fired, ended] = run.told;
    expect(fired).toMatchObject({
      fingerprint: 'health/shop',
      category: 'AVAILABILITY',
      title: 'shop does not work: http: answers 503',
      startsAt: downAt,
      evidence: [{ detector: 'http', series: 'shop/http', samples: 3 }],
    });
    expect(ended).toMatchObject({ startsAt: downAt, endsAt: run.now, correlationId: fired?.correlationId });
    expect(run.reports.get('shop')).toMatchObject({ status: 'HEALTHY', sinceAt: run.now, alert: null });
  });

  it('is DEGRADED by warnings, and the alert gets worse with it but not better', () => {
    const run = drive();
    play(run, 'shop', 'PWWWFFFWWPP');
    expect(run.short).toEqual(['FIRING shop WARNING', 'FIRING shop CRITICAL', 'RESOLVED shop CRITICAL']);
    expect(new Set(run.told.map(({ correlationId }) => correlationId)).size).toBe(1);
  });

  it('is not judged by its first failure', () => {
    const run = drive();
    play(run, 'shop', 'F');
    expect(run.reports.get('shop')).toMatchObject({ status: 'UNKNOWN', isDoubted: true });
    play(run, 'shop', 'FF');
    expect(run.short).toEqual(['FIRING shop CRITICAL']);
  });

  it('is as well as the worst of its checks', () => {
    const run = drive();
    play(run, 'shop', 'PFFF', { check: 'page' });
    play(run, 'shop', 'P', { check: 'port' });
    expect(run.reports.get('shop')).toMatchObject({ status: 'UNHEALTHY', reason: 'page: answers 503' });
    expect(run.reports.get('shop')?.checks.map(({ check, status }) => [check, status])).toEqual([
      ['page', 'UNHEALTHY'],
      ['port', 'HEALTHY'],
    ]);
  });

  it('takes no result that is older than the one before', () => {
    const run = drive();
    play(run, 'shop', 'PP');
    play(run, 'shop', 'FFF', { checkedAt: run.now - 1 });
    expect(run.reports.get('shop')?.isDoubted).toBe(false);
    expect(run.ignored).toHaveLength(3);
  });

  it('is judged in the time of the log, wherever the clock of who checks has gone', () => {
    for (const skewMs of [3_600_000, -3_600_000]) {
      const run = drive();
      play(run, 'shop', 'PP');
      for (const letter of 'FFF') {
        run.until(run.now + 60_000);
        run.hear('shop', letter === 'F' ? 'FAIL' : 'PASS', { checkedAt: run.now + skewMs });
      }
      expect(run.short).toEqual(['FIRING shop CRITICAL']);
      play(run, 'shop', 'PP', {}, 60_000);
      expect(run.short.at(-1)).toBe('RESOLVED shop CRITICAL');
      const [hour] = run.reports.get('shop')?.availability ?? [];
      expect(hour?.knownMs).toBeGreaterThan(4 * 60_000);
      expect(hour?.knownMs).toBeLessThan(6 * 60_000);
    }
  });

  it('takes on in their order results that were held up together', () => {
    const run = drive();
    play(run, 'shop', 'PP');
    const madeAt = run.now;
    run.until(run.now + 90_000);
    for (let later = 1; later <= 3; later += 1) run.hear('shop', 'FAIL', { checkedAt: madeAt + later * 5_000 });
    expect(run.short).toEqual(['FIRING shop CRITICAL']);
    run.hear('shop', 'PASS', { checkedAt: madeAt + 2_000 });
    run.hear('shop', 'PASS', { checkedAt: madeAt + 3_000 });
    expect(run.short).toEqual(['FIRING shop CRITICAL']);
  });

  it('is not well again because nobody looked for a while: each check has to say so', () => {
    const run = drive();
    play(run, 'shop', 'P', { check: 'page' });
    play(run, 'shop', 'PFFF', { check: 'port' });
    run.until(run.now + 10 * 60_000);
    expect(run.reports.get('shop')).toMatchObject({ status: 'UNKNOWN', checks: [] });
    play(run, 'shop', 'P', { check: 'page' });
    play(run, 'shop', 'P', { check: 'port' });
    expect(run.short).toEqual(['FIRING shop CRITICAL']);
    play(run, 'shop', 'P', { check: 'port' });
    expect(run.short).toEqual(['FIRING shop CRITICAL', 'RESOLVED shop CRITICAL']);
    const [hour] = run.reports.get('shop')?.availability ?? [];
    expect(hour?.knownMs).toBeLessThan(60_000);
  });

  it('is without a check that is not made any more while others are', () => {
    const run = drive();
    play(run, 'shop', 'P', { check: 'page' });
    play(run, 'shop', 'PFFF', { check: 'port' });
    play(run, 'shop', 'PPPP', { check: 'page' }, 60_000);
    expect(run.short).toEqual(['FIRING shop CRITICAL', 'RESOLVED shop CRITICAL']);
    expect(run.reports.get('shop')?.checks.map(({ check }) => check)).toEqual(['page']);
  });

  it('keeps a check that is made once an hour when the state is lost', () => {
    const before = drive();
    const hourly = { check: 'certificate', everyMs: 3_600_000 };
    play(before, 'shop', 'PFFF', hourly);
    before.until(before.now + 20 * 60_000);
    play(before, 'shop', 'P', { check: 'page' });
    const run = drive();
    run.report(before.reports.get('shop')!);
    run.until(before.now);
    play(run, 'shop', 'PPPPP', { check: 'page' }, 60_000);
    expect(run.reports.get('shop')).toMatchObject({ status: 'UNHEALTHY', reason: 'certificate: answers 503' });
    expect(run.told).toEqual([]);
  });

  it('weighs what depends on it', () => {
    const run = drive();
    run.topology(targetOf('toy', { tier: 'LOW' }));
    play(run, 'toy', 'PFFF');
    expect(run.short).toEqual(['FIRING toy WARNING']);
  });

  it('is UNKNOWN when nobody looks any more, and forgotten after a day', () => {
    const run = drive();
    play(run, 'shop', 'PFFF');
    run.until(run.now + 5 * 60_000);
    expect(run.reports.get('shop')).toMatchObject({ status: 'UNKNOWN', reason: 'nobody has looked lately' });
    expect(run.short).toEqual(['FIRING shop CRITICAL']);
    run.until(run.now + 24 * 3_600_000);
    expect(run.reports.has('shop')).toBe(false);
    expect(run.short).toEqual(['FIRING shop CRITICAL', 'RESOLVED shop CRITICAL']);
  });

  it('is gone when its declaration is', () => {
    const run = drive();
    play(run, 'shop', 'PFFF');
    run.hear('shop', 'REMOVED');
    expect(run.reports.has('shop')).toBe(false);
    expect(run.told.at(-1)).toMatchObject({ status: 'RESOLVED', description: 'it is not checked any more' });
  });

  it('is gone on with from its report when the state is lost', () => {
    const before = drive();
    play(before, 'shop', 'PPFFF', {}, 30_000);
    const report = before.reports.get('shop');
    const run = drive();
    run.report(report!);
    run.until(before.now);
    run.hear('shop', 'FAIL', { checkedAt: report!.checkedAt });
    play(run, 'shop', 'F', {}, 30_000);
    expect(run.told).toEqual([]);
    expect(run.reports.get('shop')).toMatchObject({ status: 'UNHEALTHY', sinceAt: report!.sinceAt });
    expect(run.reports.get('shop')?.availability[2]).toEqual({
      windowMs: 604_800_000,
      upMs: 120_000,
      knownMs: 150_000,
    });
    play(run, 'shop', 'PP', {}, 30_000);
    expect(run.told).toMatchObject([{ status: 'RESOLVED', startsAt: report!.alert?.startsAt }]);
  });
});

describe('a target below another', () => {
  it('is told of as affected, with one alert for the cause', () => {
    const run = drive();
    run.topology(targetOf('till', { dependsOn: ['shop'] }));
    play(run, 'shop-db', 'P');
    play(run, 'shop', 'P', onDb);
    play(run, 'till', 'P');
    play(run, 'shop-db', 'FFF');
    play(run, 'shop', 'FFF', onDb);
    play(run, 'till', 'FFF');
    expect(run.short).toEqual(['FIRING shop-db CRITICAL']);
    expect(run.reports.get('shop')).toMatchObject({
      status: 'UNHEALTHY',
      affectedBy: ['shop-db'],
      reason: 'http: answers 503; it depends on shop-db, which does not work',
    });
    expect(run.reports.get('till')?.affectedBy).toEqual(['shop-db']);
    play(run, 'shop-db', 'PP');
    play(run, 'shop', 'PP', onDb);
    play(run, 'till', 'PP');
    expect(run.short).toEqual(['FIRING shop-db CRITICAL', 'RESOLVED shop-db CRITICAL']);
    expect(run.reports.get('till')).toMatchObject({ status: 'HEALTHY', affectedBy: [] });
  });

  it('waits for what it depends on to be looked at, when it fails first', () => {
    const run = drive();
    play(run, 'shop-db', 'P');
    play(run, 'shop', 'PFFF', onDb);
    expect(run.short).toEqual([]);
    play(run, 'shop-db', 'FFF', {}, 2_000);
    run.until(run.now + 20_000);
    expect(run.short).toEqual(['FIRING shop-db CRITICAL']);
    expect(run.reports.get('shop')?.affectedBy).toEqual(['shop-db']);
  });

  it('waits no longer than it must: what was found well since cannot be the cause', () => {
    const run = drive();
    play(run, 'shop-db', 'P');
    play(run, 'shop', 'PF', onDb);
    play(run, 'shop-db', 'P', {}, 1_000);
    play(run, 'shop', 'FF', onDb);
    expect(run.short).toEqual(['FIRING shop CRITICAL']);
    expect(run.told[0]?.toldAt).toBe(run.now);
  });

  it('has its own alert when nobody looks at what it depends on, within a bounded time', () => {
    const run = drive();
    play(run, 'shop-db', 'P');
    play(run, 'shop', 'PFFF', onDb);
    const downAt = run.now;
    run.until(downAt + 16_000);
    expect(run.told.map(({ toldAt }) => toldAt - downAt)).toEqual([15_000]);
  });

  it('is not forgotten before its next check could have come', () => {
    const run = drive({ forgetAfterMs: 60_000, dependencyWaitMs: 90_000 });
    play(run, 'shop-db', 'P');
    play(run, 'shop', 'PFFF', onDb);
    run.until(run.now + 100_000);
    expect(run.short).toEqual(['FIRING shop CRITICAL']);
  });

  it('gives up its alert for that of a cause which shows late', () => {
    const run = drive();
    play(run, 'shop', 'PFFF', onDb);
    play(run, 'shop-db', 'PFFF');
    play(run, 'shop', 'F', onDb);
    expect(run.short).toEqual(['FIRING shop CRITICAL', 'FIRING shop-db CRITICAL', 'RESOLVED shop CRITICAL']);
    expect(run.told.at(-1)?.description).toBe('suffers from shop-db');
  });

  it('has its own alert when it does not come back after its cause has', () => {
    const run = drive();
    play(run, 'shop-db', 'PFFF');
    play(run, 'shop', 'PFFF', onDb);
    play(run, 'shop-db', 'PP');
    play(run, 'shop', 'F', onDb);
    const aloneAt = run.now;
    expect(run.short).toEqual(['FIRING shop-db CRITICAL', 'RESOLVED shop-db CRITICAL']);
    run.until(aloneAt + 80_000);
    expect(run.short.at(-1)).toBe('FIRING shop CRITICAL');
    expect(run.short).toHaveLength(3);
  });

  it('is DEGRADED while it works itself', () => {
    const run = drive();
    play(run, 'shop-db', 'PFFF');
    play(run, 'shop', 'P', onDb);
    expect(run.reports.get('shop')).toMatchObject({
      status: 'DEGRADED',
      reason: 'it depends on shop-db, which does not work',
    });
    expect(run.short).toEqual(['FIRING shop-db CRITICAL']);
  });

  it('in a circle is no cause of the other: both are told of', () => {
    const run = drive();
    run.topology(targetOf('a', { dependsOn: ['b'] }), targetOf('b', { dependsOn: ['a'] }));
    play(run, 'a', 'PFFF');
    play(run, 'b', 'PFFF');
    expect(run.short).toEqual(['FIRING a CRITICAL', 'FIRING b CRITICAL']);
  });
});

describe('all targets together', () => {
  it('are counted by status, those that only suffer from another as well', () => {
    const run = drive();
    play(run, 'shop-db', 'PFFF');
    play(run, 'shop', 'P', onDb);
    play(run, 'cache', 'P');
    play(run, 'muster/health', 'P', { check: 'schedule', kind: 'self' });
    expect(run.reports.get('muster/health')).toMatchObject({
      status: 'HEALTHY',
      counts: { HEALTHY: 1, DEGRADED: 1, UNHEALTHY: 1, UNKNOWN: 0, AFFECTED: 1 },
    });
  });

  it('are checked by nobody: that is an alert of the mesh, once a restart would have been over', () => {
    const run = drive();
    const self = { check: 'schedule', kind: 'self', everyMs: 10_000 };
    play(run, 'muster/health', 'PP', self, 10_000);
    const lastAt = run.now;
    run.until(lastAt + 110_000);
    expect(run.reports.get('muster/health')).toMatchObject({ status: 'UNKNOWN' });
    expect(run.told).toEqual([]);
    run.until(lastAt + 130_000);
    expect(run.told).toMatchObject([
      {
        category: 'MESH',
        severity: 'WARNING',
        title: 'muster/health: no target has been checked for 120 s',
        evidence: [],
      },
    ]);
    run.until(lastAt + 400_000);
    play(run, 'muster/health', 'P', self, 10_000);
    expect(run.short).toEqual(['FIRING muster/health WARNING', 'RESOLVED muster/health WARNING']);
  });

  it('are checked too late: that is an alert of the mesh', () => {
    const run = drive();
    play(run, 'muster/health', 'PWWW', { check: 'schedule', kind: 'self' });
    expect(run.told).toMatchObject([{ category: 'MESH', severity: 'WARNING', fingerprint: 'health/muster/health' }]);
  });
});
