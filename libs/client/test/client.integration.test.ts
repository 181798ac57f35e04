import { randomUUID } from 'node:crypto';
import { connect as connectSocket, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { pushSchemas } from '@muster/bus';
import type { TaskInput } from '@muster/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, connectBus } from '../src/index.ts';
import type { Client, ConnectOptions } from '../src/index.ts';

const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl } = process.env;
if (!brokers || !registryUrl)
  throw new Error('KAFKA_BROKERS and SCHEMA_REGISTRY_URL are not set; they name what integration tests run against.');

const topic = `muster.inbox.test-${randomUUID()}.v1` as const;
const bus = connectBus({ source: 'client-test' });
const clients: Client[] = [];

beforeAll(async () => {
  await pushSchemas(registryUrl, [topic]);
  const config = { 'message.timestamp.type': 'LogAppendTime' };
  await bus.log.admin.createTopics([{ topic, partitions: 6, replicationFactor: 1, config }]);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await bus.log.admin.deleteTopics([topic]);
  await bus.close(5_000);
});

async function connected(options: Partial<ConnectOptions> = {}): Promise<Client> {
  const client = await connect({ source: 'client-test', ...options });
  clients.push(client);
  return client;
}
const task = (conversation: string, number: number): TaskInput => ({
  taskId: `${conversation}-${number}`,
  conversation,
  capability: 'data.run-job',
  deadline: Date.now() + 60_000,
  idempotencyKey: String(number),
});
const soon = { timeout: 30_000, interval: 50 };

describe('a client of a real cluster', () => {
  it('reads, without a group, what is published from now on, each key in order', async () => {
    const client = await connected();
    const read = new Map<string, number[]>();
    const mark = randomUUID();
    const consumption = await client.consume(topic, ({ conversation, idempotencyKey }) => {
      if (conversation.startsWith(mark))
        read.set(conversation, [...(read.get(conversation) ?? []), Number(idempotencyKey)]);
    });
    const numbers = Array.from({ length: 1_000 }, (_, number) => number);
    await client.publish(topic, numbers.flatMap((number) => ['a', 'b', 'c'].map((key) => task(mark + key, number)))); // prettier-ignore
    await expect.poll(() => [...read.values()].flat().length, soon).toBe(3_000);
    expect([...read.values()]).toEqual([numbers, numbers, numbers]);
    await consumption.stop();
  });

  it('shares a topic within a group, and loses nothing when a member leaves and another comes', async () => {
    const group = `test-${randomUUID()}`;
    const [one, two, three, producer] = [await connected(), await connected(), await connected(), await connected()];
    const read = new Set<string>();
    const callback = ({ taskId }: { taskId: string }) => read.add(taskId);
    const first = await one.consume(topic, { group }, callback);
    await two.consume(topic, { group }, callback);
    const mark = randomUUID();
    const publishing = (async () => {
      for (let number = 0; number < 60; number += 1)
        await producer.publish(
          topic,
          Array.from({ length: 20 }, (_, key) => task(`${mark}-${key}`, number)),
        );
    })();
    await expect.poll(() => read.size, soon).toBeGreaterThan(100);
    await first.stop();
    await three.consume(topic, { group }, callback);
    await publishing;
    await expect.poll(() => read.size, soon).toBe(1_200);
  });

  it('goes on where it was, having handled each message once', async () => {
    const group = `test-${randomUUID()}`;
    const client = await connected();
    const read: string[] = [];
    const mark = randomUUID();
    for (const part of [0, 1, 2]) {
      const consumption = await client.consume(topic, { group }, ({ taskId }) => read.push(taskId));
      await client.publish(topic, task(mark, part));
      await expect.poll(() => read.length, soon).toBe(part + 1);
      await consumption.stop();
    }
    expect(read).toEqual([`${mark}-0`, `${mark}-1`, `${mark}-2`]);
  });

  it('begins at a time', async () => {
    const client = await connected();
    const mark = randomUUID();
    await client.publish(topic, task(mark, 1));
    const read: string[] = [];
    await client.consume(topic, { from: Date.now() - 60_000 }, ({ conversation, taskId }) => {
      if (conversation === mark) read.push(taskId);
    });
    await expect.poll(() => read, soon).toEqual([`${mark}-1`]);
  });

  it('goes on while the registry is away', async () => {
    const proxy = await registryProxy(new URL(registryUrl));
    const client = await connected({ schemaRegistry: proxy.url });
    const mark = randomUUID();
    const read: string[] = [];
    await client.consume(topic, ({ conversation, taskId }) => {
      if (conversation === mark) read.push(taskId);
    });
    await client.publish(topic, task(mark, 1));
    await proxy.close();
    await client.publish(topic, task(mark, 2));
    await expect.poll(() => read, soon).toEqual([`${mark}-1`, `${mark}-2`]);
  });

  it('waits for a registry that comes later', async () => {
    const proxy = await registryProxy(new URL(registryUrl));
    await proxy.close();
    const client = await connected({ schemaRegistry: proxy.url });
    const mark = randomUUID();
    const published = client.publish(topic, task(mark, 1));
    const reopened = await registryProxy(new URL(registryUrl), proxy.port);
    await expect(published).resolves.toBeUndefined();
    await reopened.close();
  });

  it('refuses a topic that the cluster does not have, and what is too large, with a sentence', async () => {
    const client = await connected();
    const missing = `muster.inbox.test-${randomUUID()}.v1` as const;
    await pushSchemas(registryUrl, [missing]);
    await expect(client.consume(missing, () => {})).rejects.toThrow(`Topic ${missing} does not exist`);
    await expect(client.consume(missing, { group: 'test' }, () => {})).rejects.toThrow(`${missing} does not exist`);
    await expect(client.publish(missing, task('a', 1))).rejects.toThrow(missing);
    const attributes = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`a${index}`, 'x'.repeat(60_000)]));
    await expect(client.publish(topic, { ...task('a', 1), attributes })).rejects.toThrow(/bytes/);
  });
});

describe('connecting', () => {
  it.each([
    [{ brokers: [] }, 'Kafka is nowhere: set KAFKA_BROKERS'],
    [{ brokers: ['localhost'] }, 'The broker "localhost" is no address'],
    [{ schemaRegistry: 'localhost 8081' }, '"localhost 8081" is none'],
    [{ source: ' ' }, '"source" is empty'],
  ])('%j is refused with a sentence', async (options, sentence) => {
    await expect(connect({ source: 'client-test', ...options })).rejects.toThrow(sentence);
  });
});

/** Stands between a client and the registry, so that the registry can be away for one client only. */
async function registryProxy(target: URL, port = 0) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const upstream = connectSocket(Number(target.port), target.hostname);
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      // prettier-ignore
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: actual } = server.address() as AddressInfo;
  return {
    port: actual,
    url: `http://127.0.0.1:${actual}${target.pathname}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
