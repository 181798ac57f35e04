import type { HealthReport, Target } from '@muster/schemas';
import { tableOf } from '@muster/testkit';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { targetOf } from '../../test/drive.ts';
import { settings } from '../settings.ts';
import { ownTarget } from '../telling.ts';
import { probing, type ProbingIo } from './probing.ts';

let stop: AbortController;
beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 5, 8) });
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  vi.useRealTimers();
});

/** The sensor as the runtime asks it, four times a second; what it said, in short. */
function sensing(config: Record<string, unknown> = {}) {
  const targets = tableOf(({ target }: Target) => target);
  const reports = tableOf(({ target }: HealthReport) => target);
  const tables = { targets, reports };
  const log = { info: () => undefined, warn: () => undefined };
  const io = { config: { ...settings.parse({}), ...config }, signal: stop.signal, now: () => Date.now(), log, tables };
  const passed = { outcome: 'PASS', reason: '', latencyMs: 1, isHanging: false } as const;
  const sensor = probing(() => Promise.resolve(passed));
  return {
    targets,
    reports,
    isNeeded: () => sensor.isNeeded(io satisfies ProbingIo),
    async pass(ms: number): Promise<string[]> {
      const said: string[] = [];
      for (let left = ms; left > 0; left -= 250) {
        await vi.advanceTimersByTimeAsync(250);
        if (!sensor.isNeeded(io)) continue;
        for (const { value } of await sensor.sense(io)) said.push(`${value?.outcome} ${value?.target}/${value?.check}`);
      }
      return said;
    },
  };
}

const shop = targetOf('shop', { labels: { check: 'tcp://shop:1' } });

it('is not needed while nothing is declared', async () => {
  const { isNeeded, targets, pass } = sensing();
  targets.put(targetOf('team'));
  expect(await pass(60_000)).toEqual([]);
  expect(isNeeded()).toBe(false);
});

it('begins soon after something is declared in the topology, and takes leave when nothing is any more', async () => {
  const { isNeeded, targets, reports, pass } = sensing();
  await pass(10_000);
  targets.put(shop);
  const said = await pass(13_000);
  expect(said).toContain('PASS shop/tcp');
  expect(said).toContain(`PASS ${ownTarget}/targets`);
  reports.put({ target: ownTarget } as HealthReport);
  targets.remove('shop');
  expect(await pass(13_000)).toEqual(['REMOVED shop/', `REMOVED ${ownTarget}/`]);
  reports.remove(ownTarget);
  expect(isNeeded()).toBe(false);
  expect(await pass(60_000)).toEqual([]);
});

it('looks again when the clock was set back', async () => {
  const { targets, pass } = sensing();
  await pass(5_000);
  vi.setSystemTime(Date.now() - 3_600_000);
  targets.put(shop);
  const said = await pass(13_000);
  expect(said).toContain('PASS shop/tcp');
  expect(said).toContain(`PASS ${ownTarget}/schedule`);
});

it('says that a declaration is wrong, even where it is the only one', async () => {
  const { targets, pass } = sensing();
  targets.put(targetOf('shop', { labels: { check: 'tcp://shop' } }));
  expect(await pass(13_000)).toContain(`WARN ${ownTarget}/targets`);
});

it('leaves the topology alone where it was told to', async () => {
  const { isNeeded, targets } = sensing({ topologyChecks: false });
  targets.put(shop);
  expect(isNeeded()).toBe(false);
});
