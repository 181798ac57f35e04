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

const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl } = process.env;
if (!brokers || !registryUrl)
  throw new Error('KAFKA_BROKERS and SCHEMA_REGISTRY_URL are not set; they name what integration tests run against.');

const topics = ['muster.metrics.v1', 'muster.topology.v1'] satisfies TopicName[];
const target = `shop-${randomUUID().slice(0, 8)}`;
const folder = mkdtempSync(join(tmpdir(), 'muster-shop-'));
const soon = { timeout: 30_000, interval: 50 };
const told: Told[] = [];
const deaths: string[] = [];
const samples: MetricSample[] = [];
const owners: string[] = [];
const removed: string[] = [];
let client: Client;
let shop: Companion;

beforeAll(async () => {
  const bus = connectBus({ source: 'shop-test' });
  const specs = topics.map((name) => {
    const topic = topicFor(name);
    return { topic: name, partitions: topic.partitions, config: topicConfig(topic) };
  });
  await Promise.all([bus.log.admin.createTopics(specs), pushSchemas(registryUrl, topics)]);
  await bus.close(2_000);
  client = await connect({ source: 'shop-test' });
  await client.consume('muster.metrics.v1', (sample) => {
    if (sample.target === target) samples.push(sample);
  });
  await client.consume('muster.topology.v1', { onRemoval: (key) => removed.push(key) }, ({ target: name, owner }) => {
    if (name === target) owners.push(owner);
  });
  shop = await startCompanion({
    name: 'shop',
    file: join(import.meta.dirname, '..', 'src', 'shop', 'main.ts'),
    logFile: join(folder, 'shop.log'),
    env: { SHOP_TARGET: target },
    signal: new AbortController().signal,
    told: (one) => told.push(one),
    onDeath: (sentence) => deaths.push(sentence),
  });
});
afterAll(async () => {
  await shop?.stop();
  await client?.close();
  rmSync(folder, { recursive: true, force: true });
});

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
  await expect.poll(() => owners, soon).toEqual(['team-shop']);
  expect(latest('error_share', '/checkout')).toBe(0);
});

it('is slow while it is broken, because orders queue, and only then', async () => {
  expect(await fault('POST')).toEqual({ isBroken: true });
  // Each holds the lock for a quarter of a second, so that the last of five waits for a second.
  const orders = Array.from({ length: 5 }, order);
  await expect.poll(() => latest('latency_ms', '/checkout'), soon).toBeGreaterThan(900);
  await Promise.all(orders);
  expect(await fault('DELETE')).toEqual({ isBroken: false });
  expect(await fault('GET')).toEqual({ isBroken: false });
  await expect
    .poll(() => told.filter(({ kind }) => kind === 'fault'), soon)
    .toMatchObject([{ isOn: true }, { isOn: false }]);
  // The first one may share its half second with those that waited.
  const latencyOfAnother = async () => {
    await order();
    return latest('latency_ms', '/checkout');
  };
  await expect.poll(latencyOfAnother, soon).toBeLessThan(900);
});

it('ends when it is asked to, and is no target any more', async () => {
  await shop.stop();
  await expect.poll(() => removed, soon).toContain(target);
  expect(deaths).toEqual([]);
  await expect(ask('GET', '/catalog')).rejects.toThrow('fetch failed');
});

it('is not opened at all when it can not be', async () => {
  const opening = startCompanion({
    name: 'shop',
    file: join(import.meta.dirname, '..', 'src', 'shop', 'main.ts'),
    logFile: join(folder, 'failing.log'),
    env: { KAFKA_BROKERS: 'nowhere' },
    signal: new AbortController().signal,
    told: () => {},
    onDeath: () => {},
  });
  await expect(opening).rejects.toThrow(
    /The shop ended by itself \(exit code 1\).*The broker "nowhere" is no address/s,
  );
});
