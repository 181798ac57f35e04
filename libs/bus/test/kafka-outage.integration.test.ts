import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KAFKA_CLIENTS } from '../src/kafka-log.ts';
import { LogUnavailableError } from '../src/log.ts';
import { fromCommitted, numbered, sceneOf, valuesOf } from './conformance/scene.ts';
import { faultProxy } from './kafka/fault-proxy.ts';
import type { FaultProxy } from './kafka/fault-proxy.ts';
import { realCluster } from './kafka/real-cluster.ts';

const sessionTimeoutMs = 6_000;

describe.each(KAFKA_CLIENTS)('when brokers can not be reached by %s', { timeout: 60_000 }, (client) => {
  const cluster = realCluster(client);
  let proxy: FaultProxy;
  const scene = sceneOf(
    (clientId) => cluster.connect(clientId, { route: (broker) => proxy.route(broker), requestTimeoutMs: 1_500 }),
    25_000,
  );

  beforeEach(async () => {
    proxy = await faultProxy(cluster.brokers[0]!);
  });
  afterEach(async () => {
    await scene.clear();
    proxy.close();
  });
  afterAll(() => cluster.close());

  test('an outage shorter than the session leaves the generation as it is, and nothing is lost or repeated', async () => {
    const topic = await cluster.topic(1);
    const log = scene.connect();
    const member = await scene.join(log, { group: cluster.unique('group'), topics: [topic], sessionTimeoutMs });
    const { records } = await scene.follow(log, { topics: [topic], from: { at: 'beginning' } });
    await log.append(numbered(topic, 0, 2, 'before'));
    await scene.eventually(() => expect([member.records.length, records.length]).toEqual([2, 2]));

    proxy.down();
    const pending = log.append(numbered(topic, 0, 2, 'during'));
    const downAt = Date.now();
    const stoodAt = member.membership.deliveredThrough;
    await scene.eventually(() => expect(Date.now() - downAt).toBeGreaterThan(2_000));
    expect(member.membership.deliveredThrough).toBeLessThanOrEqual(Math.max(stoodAt, downAt));
    proxy.up();
    await pending;
    await log.append(numbered(topic, 0, 1, 'after'));

    const expected = ['before0', 'before1', 'during0', 'during1', 'after0'];
    await scene.eventually(() => expect(valuesOf(member.records)).toEqual(expected));
    await scene.eventually(() => expect(valuesOf(records)).toEqual(expected));
    expect(member.heard.map(({ kind }) => kind)).toEqual(['assigned', 'settled']);
    await member.membership.commit(member.holding!.generation, []);
  });

  test('one longer than the session ends the generation while it lasts, and another begins after it', async () => {
    const topic = await cluster.topic(1);
    const log = scene.connect();
    const options = { group: cluster.unique('group'), topics: [topic], sessionTimeoutMs };
    const member = await scene.join(log, options, fromCommitted);
    const { records, caughtUpAfter } = await scene.follow(log, { topics: [topic], from: { at: 'beginning' } });
    // Only then it is settled where the end is that it starts at.
    await scene.eventually(() => expect(member.membership.deliveredThrough).toBeGreaterThan(0));
    await log.append(numbered(topic, 0, 2, 'before'));
    await scene.eventually(() => expect([member.records.length, records.length]).toEqual([2, 2]));
    const { generation } = member.holding!;
    await member.membership.commit(generation, [{ topic, partition: 0, offset: 1 }]);

    proxy.down();
    await scene.eventually(() => expect(member.heard.at(-1)).toEqual({ kind: 'revoked', generation }));
    await expect(member.membership.commit(generation, [])).rejects.toThrow(/is over/);
    expect(member.membership.deliveredThrough).toBe(0);
    proxy.up();
    await scene.eventually(() => expect(member.holding?.generation).toBeGreaterThan(generation));
    await log.append(numbered(topic, 0, 1, 'after'));
    await scene.eventually(() => expect(valuesOf(member.records)).toEqual(['before0', 'before1', 'before1', 'after0']));
    await scene.eventually(() => expect(valuesOf(records)).toEqual(['before0', 'before1', 'after0']));
    expect(caughtUpAfter).toHaveLength(1);
    expect(member.heard.some(({ kind }) => kind === 'lost')).toBe(false);
  });

  test('a connection that goes dead without a word is cut and made again', async () => {
    const topic = await cluster.topic(1);
    const log = scene.connect();
    const member = await scene.join(log, { group: cluster.unique('group'), topics: [topic] });
    await log.append(numbered(topic, 0, 1, 'before'));
    await scene.eventually(() => expect(member.records).toHaveLength(1));
    proxy.swallow();
    await log.append(numbered(topic, 0, 1, 'after'));
    await scene.eventually(() => expect(valuesOf(member.records)).toContain('after0'));
    expect(member.heard.map(({ kind }) => kind)).toEqual(['assigned', 'settled']);
  });

  test('an append that can not be stored in time is rejected as transient', async () => {
    const topic = await cluster.topic(1);
    const log = cluster.connect(cluster.unique('client'), {
      route: (broker) => proxy.route(broker),
      requestTimeoutMs: 500,
      deliveryTimeoutMs: 1_500,
    });
    await log.append(numbered(topic, 0, 1));
    proxy.down();
    await expect(log.append(numbered(topic, 0, 1))).rejects.toThrow(LogUnavailableError);
    proxy.up();
    await log.append(numbered(topic, 0, 1, 'again'));
  });

  test('who joins before there are brokers becomes a member when there are', async () => {
    const topic = await cluster.topic(1);
    proxy.down();
    const member = await scene.join(scene.connect(), { group: cluster.unique('group'), topics: [topic] });
    proxy.up();
    await scene.eventually(() => expect(member.holding?.partitions).toEqual([0]));
  });
});
