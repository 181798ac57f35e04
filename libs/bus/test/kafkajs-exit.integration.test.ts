import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { sceneOf } from './conformance/scene.ts';
import { realCluster } from './kafkajs/real-cluster.ts';

const cluster = realCluster();
const scene = sceneOf((clientId) => cluster.connect(clientId), 10_000);
afterAll(() => cluster.close());

const LEAVING = fileURLToPath(new URL('kafkajs/leaving-process.ts', import.meta.url));
const groupsOf = async (clientId: string) =>
  (await cluster.admin.groups()).filter(({ group }) => group.includes(clientId));
/** Its output once it has ended by itself; it is killed, and fails, when it has not within 15 seconds. */
const run = async (...args: string[]) =>
  (await promisify(execFile)(process.execPath, [LEAVING, ...args], { timeout: 15_000 })).stdout;

describe('a process that closes its log', { timeout: 60_000 }, () => {
  test('ends by itself, and leaves no group of a follower behind', async () => {
    const topic = await cluster.topic(3);
    const [clientId, group] = [cluster.unique('leaving'), cluster.unique('group')];
    expect(await run(cluster.brokers.join(','), clientId, topic, group)).toBe('closed');
    expect(await groupsOf(clientId)).toEqual([]);
    await cluster.admin.deleteGroup(group);
  });

  test('ends by itself when there never was a broker', async () => {
    const nowhere = '127.0.0.1:1';
    expect(await run(nowhere, 'leaving', 'topic', 'group')).toBe('closed');
  });

  test('a follower deletes its group when it stops', async () => {
    const clientId = cluster.unique('client');
    const log = cluster.connect(clientId);
    const topic = await cluster.topic(1);
    const { following, caughtUpAfter } = await scene.follow(log, { topics: [topic], from: { at: 'beginning' } });
    await scene.eventually(() => expect(caughtUpAfter).toEqual([0]));
    expect(await groupsOf(clientId)).toHaveLength(1);
    await following.stop(5_000);
    expect(await groupsOf(clientId)).toEqual([]);
  });
});
