import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { KAFKA_CLIENTS } from '../src/kafka-log.ts';
import { sceneOf } from './conformance/scene.ts';
import { realCluster } from './kafka/real-cluster.ts';

const LEAVING = fileURLToPath(new URL('kafka/leaving-process.ts', import.meta.url));
/** Its output once it has ended by itself; it is killed, and fails, when it has not within 15 seconds. */
const run = async (...args: string[]) =>
  (await promisify(execFile)(process.execPath, [LEAVING, ...args], { timeout: 15_000 })).stdout;

describe.each(KAFKA_CLIENTS)('a process that closes its log, by %s,', { timeout: 60_000 }, (client) => {
  const cluster = realCluster(client);
  const scene = sceneOf((clientId) => cluster.connect(clientId), 10_000);
  afterAll(() => cluster.close());
  const groupsOf = async (clientId: string) =>
    (await cluster.admin.groups()).filter(({ group }) => group.includes(clientId));

  test('ends by itself, and leaves no group of a follower behind', async () => {
    const topic = await cluster.topic(3);
    const [clientId, group] = [cluster.unique('leaving'), cluster.unique('group')];
    expect(await run(client, cluster.brokers.join(','), clientId, topic, group)).toBe('closed');
    expect(await groupsOf(clientId)).toEqual([]);
    await cluster.admin.deleteGroup(group);
  });

  test('ends by itself when there never was a broker', async () => {
    const nowhere = '127.0.0.1:1';
    expect(await run(client, nowhere, 'leaving', 'topic', 'group')).toBe('closed');
  });

  test('a follower leaves no group behind when it stops', async () => {
    const clientId = cluster.unique('client');
    const log = cluster.connect(clientId);
    const topic = await cluster.topic(1);
    const { following, caughtUpAfter } = await scene.follow(log, { topics: [topic], from: { at: 'beginning' } });
    await scene.eventually(() => expect(caughtUpAfter).toEqual([0]));
    await following.stop(5_000);
    expect(await groupsOf(clientId)).toEqual([]);
  });
});
