import { memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, expect, it } from 'vitest';
import { defineAgent, handled, stateOf } from './index.ts';
import { serveProbes, type Probes } from './probes.ts';

const counter = defineAgent({
  name: 'counter',
  version: '1.0.0',
  description: 'Counts.',
  handlers: (on) => ({
    series: on(['muster.metrics.v1'], {
      state: stateOf<number>(),
      horizon: 60_000,
      handle: (_, { state }) => handled({ state: (state ?? 0) + 1 }),
    }),
  }),
});

let mesh: MemoryMesh | undefined;
let probes: Probes | undefined;
afterEach(async () => {
  await probes?.close();
  await mesh?.stop();
});

it('tells whether to restart it, whether to send it work, and what it did', async () => {
  mesh = await memoryMesh({ agents: [counter] });
  const { running } = await mesh.start(counter);
  probes = await serveProbes(running, '127.0.0.1', 0);
  const { url } = probes;
  const get = async (path: string): Promise<[number, string]> => {
    const response = await fetch(url + path);
    return [response.status, await response.text()];
  };
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  for (const value of [1, 2, 3]) {
    await mesh.publish('muster.metrics.v1', { target: 'shop', name: 'a', value, unit: 'ms', at: Date.now() });
  }
  await mesh.idle();
  expect(await get('/livez')).toEqual([200, '{"isLive":true,"reason":null}']);
  expect(await get('/readyz')).toEqual([200, '{"isReady":true,"reason":null}']);
  const [, text] = await get('/metrics');
  expect(text).toContain('muster_handled_total{agent="counter",instance="counter-1"} 3');
  expect(text).toMatch(/muster_hop_seconds_bucket\{le="\+Inf",agent="counter",instance="counter-1"\} 3/);
  expect(text).toContain('muster_partitions{agent="counter",instance="counter-1"} 12');
  expect((await get('/elsewhere'))[0]).toBe(404);

  mesh.store.unavailable(true);
  await mesh.publish('muster.metrics.v1', { target: 'shop', name: 'a', value: 4, unit: 'ms', at: Date.now() });
  const until = performance.now() + 5_000;
  while ((await get('/readyz'))[0] === 200 && performance.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 10));
  const [status, reason] = await get('/readyz');
  expect(status).toBe(503);
  expect(reason).toContain("can't store state");
  expect((await get('/livez'))[0]).toBe(200);
  mesh.store.unavailable(false);
});

it('says so when its port is taken', async () => {
  mesh = await memoryMesh({ agents: [counter] });
  const { running } = await mesh.start(counter);
  probes = await serveProbes(running, '127.0.0.1', 0);
  const port = Number(new URL(probes.url).port);
  await expect(serveProbes(running, '127.0.0.1', port)).rejects.toThrow(
    `port ${port} on 127.0.0.1 is taken; set HTTP_PORT`,
  );
});
