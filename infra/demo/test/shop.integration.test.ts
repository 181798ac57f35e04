import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pushSchemas } from '@muster/bus';
import { connect, connectBus, type Client } from '@muster/client';
import { topicConfig, topicFor, type MetricSample, type TopicName } from '@muster/schemas';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCompanion, type Companion } from '../src/companion.ts';
import type { Told } from '../src/companion-side.ts';
import type { Change, Processes } from '../src/keeper/keeper.ts';
import type { Fault } from '../src/shop/fault.ts';

const { KAFKA_BROKERS = '', SCHEMA_REGISTRY_URL = '' } = process.env;
if (!KAFKA_BROKERS || !SCHEMA_REGISTRY_URL)
  throw new Error('KAFKA_BROKERS and SCHEMA_REGISTRY_URL are not set; they name what integration tests run against.');

const topics = ['muster.metrics.v1', 'muster.topology.v1'] satisfies TopicName[];
const target = `shop-${randomUUID().slice(0, 8)}`;
const folder = mkdtempSync(join(tmpdir(), 'muster-shop-'));
const soon = { timeout: 30_000, interval: 50 };
const told: Told[] = [];
const deaths: string[] = [];
const samples: MetricSample[] = [];
const owners = new Map<string, string>();
const removed: string[] = [];
let client: Client;
let shop: Companion;

beforeAll(async () => {
  const bus = connectBus({ source: 'shop-test' });
  const specs = topics.map((name) => {
    const topic = topicFor(name);
    return { topic: name, partitions: topic.partitions, config: topicConfig(topic) };
  });
  await Promise.all([bus.log.admin.createTopics(specs), pushSchemas(SCHEMA_REGISTRY_URL, topics)]);
  await bus.close(2_000);
  client = await connect({ source: 'shop-test' });
  await client.consume('muster.metrics.v1', (sample) => {
    if (sample.target === target) samples.push(sample);
  });
  await client.consume('muster.topology.v1', { onRemoval: (key) => removed.push(key) }, ({ target: name, owner }) => {
    owners.set(name, owner);
  });
  shop = await startShop('slow');
});
afterAll(async () => {
  await shop?.stop();
  await client?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A keeper with its shop, open. */
async function startShop(fault: Fault, name = target, brokers = KAFKA_BROKERS): Promise<Companion> {
  const opened = Promise.withResolvers<void>();
  const companion = await startCompanion({
    name: 'shop',
    file: join(import.meta.dirname, '..', 'src', 'keeper', 'main.ts'),
    logFile: join(folder, `${name}.log`),
    env: { SHOP_TARGET: name, SHOP_STATE_DIR: join(folder, name), SHOP_FAULT: fault },
    signal: new AbortController().signal,
    told(one) {
      told.push(one);
      if (one.kind === 'open') opened.resolve();
    },
    onDeath(sentence) {
      deaths.push(sentence);
      opened.reject(new Error(sentence));
    },
  });
  companion.tell({ KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL });
  await opened.promise;
  return companion;
}
const processes = async (): Promise<Processes> =>
  (await fetch(`${shop.urls['keeper']}/processes/${target}`)).json() as Promise<Processes>;
const change = (what: string, key: string, body?: object) =>
  fetch(`${shop.urls['keeper']}/processes/${target}/${what}`, {
    method: 'POST',
    headers: key === '' ? {} : { 'idempotency-key': key },
    ...(body && { body: JSON.stringify(body) }),
  });
const pidsOf = ({ instances }: Processes): number[] => instances.map(({ pid }) => pid);
const ask = async (method: string, path: string): Promise<number> =>
  (await fetch(`${shop.urls['shop']}${path}`, { method })).status;
const fault = async (method: string): Promise<unknown> => (await fetch(shop.urls['fault']!, { method })).json();
const order = async (): Promise<number> => {
  await ask('POST', '/cart?customer=jane&product=7');
  return ask('POST', '/checkout?customer=jane');
};
const latest = (name: string, route: string): number | undefined =>
  samples.findLast((sample) => sample.name === name && sample.labels['route'] === route)?.value;

it('sells, and says over Kafka who it is and how it does', async () => {
  expect(await ask('GET', '/catalog?q=lamp')).toBe(200);
  expect([201, 402]).toContain(await order());
  expect(await ask('GET', '/checkout')).toBe(405);
  expect(await ask('GET', '/cellar')).toBe(404);
  await expect.poll(() => latest('latency_ms', '/checkout'), soon).toBeGreaterThan(0);
  await expect.poll(() => owners.get(target), soon).toBe('team-shop');
  expect(latest('error_share', '/checkout')).toBe(0);
});

it('is slow while it is broken, because orders queue, and a restart mends it', async () => {
  expect(await fault('POST')).toEqual({ isBroken: true });
  // Each holds the lock of its instance for half a second, so that the last of six waits for more than one.
  const orders = Array.from({ length: 6 }, order);
  await expect.poll(() => latest('latency_ms', '/checkout'), soon).toBeGreaterThan(900);
  await Promise.all(orders);
  expect((await change('restart', 'mend it')).status).toBe(200);
  const beganAt = Date.now();
  await Promise.all(Array.from({ length: 6 }, () => ask('GET', '/health')));
  expect(Date.now() - beganAt).toBeLessThan(1_000);
  expect(await fault('DELETE')).toEqual({ isBroken: false });
  expect(told.filter(({ kind }) => kind === 'fault')).toMatchObject([{ isOn: true }, { isOn: false }]);
});

it('is renewed and scaled once for each key, and says what it was before', async () => {
  const before = await processes();
  const first = (await (await change('restart', 'once')).json()) as Change;
  expect([first.target, first.before]).toEqual([target, before]);
  expect(pidsOf(first.after).some((pid) => pidsOf(before).includes(pid))).toBe(false);
  expect(await (await change('restart', 'once')).json()).toEqual(first);
  expect(await processes()).toEqual(first.after);
  expect(await (await change('scale', 'more', { instances: 3 })).json()).toMatchObject({ after: { desired: 3 } });
  await change('scale', 'fewer', { instances: 1 });
  expect(pidsOf(await processes())).toHaveLength(1);
});

it.each<[string, string, object | undefined, number]>([
  ['scale', 'none', { instances: 0 }, 400],
  ['scale', 'many', { instances: 9 }, 400],
  ['scale', 'half', { instances: 1.5 }, 400],
  ['scale', 'nothing', undefined, 400],
  ['restart', '', undefined, 400],
  ['explode', 'now', undefined, 404],
])('is not changed by %s %j %j', async (what, key, body, status) => {
  const before = await processes();
  expect((await change(what, key, body)).status).toBe(status);
  expect(await processes()).toEqual(before);
});

it('starts an instance that was killed again, with what it had written down', async () => {
  const [pid] = pidsOf(await processes());
  process.kill(pid!, 'SIGKILL');
  await expect.poll(async () => pidsOf(await processes()), soon).not.toEqual([pid]);
  await expect.poll(() => ask('GET', '/catalog'), soon).toBe(200);
});

it('ends when it is asked to, with all its instances, and is no target any more', async () => {
  const [pid] = pidsOf(await processes());
  await shop.stop();
  await expect.poll(() => removed, soon).toContain(target);
  expect(deaths).toEqual([]);
  await expect(ask('GET', '/catalog')).rejects.toThrow('fetch failed');
  expect(() => process.kill(pid!, 0)).toThrow('ESRCH');
});

it('ends its instances also when it is killed itself', async () => {
  shop = await startShop('crashing', `${target}-2`);
  const { instances } = (await (await fetch(`${shop.urls['keeper']}/processes/${target}-2`)).json()) as Processes;
  shop.kill();
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  await expect.poll(() => instances.some(({ pid }) => isAlive(pid)), soon).toBe(false);
});

it('is not opened at all when it can not be', async () => {
  await expect(startShop('slow', `${target}-3`, 'nowhere')).rejects.toThrow(
    /The shop ended by itself \(exit code 1\).*The broker "nowhere" is no address/s,
  );
});
