import { afterEach, beforeEach, expect, it } from 'vitest';
import { ioWith } from '../../test/action-io.ts';
import { serve, type Fake } from '../../test/fake-servers.ts';
import type { Settings } from '../settings.ts';
import { probe } from './probe.ts';
import { verify } from './verify.ts';

let fake: Fake;
let config: Partial<Settings>;
/** What the target answers next; the last one for good. */
let statuses: number[];
beforeEach(async () => {
  fake = await serve((_, response) => {
    response.writeHead((statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200).end('ok');
  });
  config = { probes: { shop: { url: `${fake.url}/health`, latencyBudgetMs: 5_000 } }, probeEveryMs: 10 };
});
afterEach(() => fake.stop());

it('probes once, and calls what is wrong an answer', async () => {
  statuses = [200];
  expect(await probe.run({ target: 'shop' }, ioWith(config))).toMatchObject({
    isHealthy: true,
    status: 200,
    reason: '',
  });
  statuses = [503];
  expect(await probe.run({ target: 'shop' }, ioWith(config))).toMatchObject({ isHealthy: false, status: 503 });
  statuses = [302];
  expect(await probe.run({ target: 'shop' }, ioWith(config))).toMatchObject({
    isHealthy: false,
    reason: 'it answered 302',
  });
  statuses = [200];
  expect(await probe.run({ target: 'shop', latencyBudgetMs: 0.001 }, ioWith(config, { now: slow() }))).toMatchObject({
    isHealthy: false,
    reason: expect.stringContaining('are allowed') as string,
  });
  await fake.stop();
  expect(await probe.run({ target: 'shop' }, ioWith(config))).toMatchObject({ isHealthy: false, status: null });
});

it('probes only what is listed', async () => {
  statuses = [200];
  await expect(async () => probe.run({ target: 'other' }, ioWith(config))).rejects.toThrow('list it in MUSTER_PROBES');
  await expect(async () => probe.run({ url: `${fake.url}/health` }, ioWith(config))).rejects.toThrow(
    'not among the hosts',
  );
  await expect(async () => probe.run({}, ioWith(config))).rejects.toThrow('neither target nor url');
  const open = { ...config, httpHosts: [new URL(fake.url).host] };
  expect(await probe.run({ url: `${fake.url}/health` }, ioWith(open))).toMatchObject({ isHealthy: true });
});

it('verifies when the target stays well without a break', async () => {
  statuses = [503, 200, 503, 200];
  const done = await verify.run({ target: 'shop', healthyForMs: 30, withinMs: 20_000 }, ioWith(config));
  expect(done).toMatchObject({ isHealthy: true, badProbes: 2 });
  expect(done.healthyForMs).toBeGreaterThanOrEqual(30);
});

it('fails for good when the target does not get well in time, or before the deadline', async () => {
  statuses = [503];
  const failing = verify.run({ target: 'shop', healthyForMs: 10, withinMs: 60 }, ioWith(config));
  await expect(failing).rejects.toMatchObject({
    code: 'NotHealthy',
    faultClass: 'permanent',
    message: expect.stringContaining('it answered 503') as string,
  });
  const late = ioWith(config, { deadline: Date.now() + 100 });
  await expect(verify.run({ target: 'shop', healthyForMs: 10, withinMs: 60_000 }, late)).rejects.toMatchObject({
    code: 'NotHealthy',
  });
});

it('stops when the task is stopped', async () => {
  statuses = [503];
  const abort = new AbortController();
  const running = verify.run(
    { target: 'shop', healthyForMs: 10, withinMs: 60_000 },
    ioWith(config, { signal: abort.signal }),
  );
  abort.abort(new Error('the deadline of the task passed'));
  await expect(running).rejects.toThrow(/deadline of the task passed|aborted/);
});

/** A clock on which every look takes a second. */
function slow(): () => number {
  let at = 0;
  return () => (at += 1_000);
}
