import { cutBack, flushAll, mark } from './redis-faults.ts';
import type { Fault, Scene } from './scene.ts';

const limitMs = 10_000;
const brokerLimitMs = 30_000;
const brokerAwayMs = 20_000;
const redisAwayMs = 3_000;
const registryAwayMs = 10_000;

async function killBroker(scene: Scene, broker: ReturnType<Scene['cluster']['server']>) {
  const led = await scene.cluster.ledBy(broker);
  const at = scene.note(`kill -9 of ${broker.name}, which leads ${led} partitions`);
  await broker.kill();
  await scene.sleep(brokerAwayMs);
  await broker.start();
  scene.note(`${broker.name} serves again`);
  return { at, what: 'the kill' };
}

export const serverFaults: readonly Fault[] = [
  {
    name: 'kill-leader',
    title: `kill -9 of the broker that leads most partitions; back after ${brokerAwayMs / 1_000} s`,
    recoverWithinMs: brokerLimitMs,
    happen: async (scene) => killBroker(scene, await scene.cluster.busiestBroker()),
  },
  {
    name: 'kill-follower',
    title: `kill -9 of a broker that leads nothing; back after ${brokerAwayMs / 1_000} s`,
    recoverWithinMs: brokerLimitMs,
    async prepare({ cluster, note }) {
      // A broker that comes back leads nothing until leaderships are spread again, minutes later.
      const broker = cluster.server('kafka3');
      await broker.kill();
      await broker.start();
      note(`kafka3 was restarted, and leads ${await cluster.ledBy(broker)} partitions`);
    },
    happen: (scene) => killBroker(scene, scene.cluster.server('kafka3')),
  },
  {
    name: 'kill-redis',
    title: `kill -9 of Redis; back with its file after ${redisAwayMs / 1_000} s`,
    recoverWithinMs: limitMs,
    isStoreLossy: true,
    async happen({ cluster, note, sleep }) {
      const redis = cluster.server('redis');
      const at = note('kill -9 of Redis');
      await redis.kill();
      await sleep(redisAwayMs);
      await redis.start();
      note('Redis serves again');
      return { at, what: 'the kill' };
    },
  },
  {
    name: 'redis-loses-second',
    title: `kill -9 of Redis; back after ${redisAwayMs / 1_000} s without its last second`,
    recoverWithinMs: limitMs,
    isStoreLossy: true,
    async happen({ cluster, note, sleep }) {
      const redis = cluster.server('redis');
      const file = mark(cluster.redisFolder);
      await sleep(1_000);
      const at = note('kill -9 of Redis');
      await redis.kill();
      const lost = mark(cluster.redisFolder).size - file.size;
      cutBack(file);
      await sleep(redisAwayMs);
      await redis.start();
      note(`Redis serves again, without the last ${lost} bytes of its file`);
      return { at, what: 'the kill' };
    },
  },
  {
    name: 'flushall',
    title: 'FLUSHALL',
    recoverWithinMs: limitMs,
    isStoreLossy: true,
    async happen({ cluster, note }) {
      const at = note('FLUSHALL');
      await flushAll(cluster.stack.redisUrl);
      return { at, what: 'it' };
    },
  },
  {
    name: 'kill-registry',
    title: `kill -9 of the schema registry; back after ${registryAwayMs / 1_000} s`,
    recoverWithinMs: limitMs,
    async happen({ cluster, note, sleep }) {
      const registry = cluster.server('registry');
      const at = note('kill -9 of the schema registry');
      await registry.kill();
      await sleep(registryAwayMs);
      await registry.start();
      note('the schema registry serves again');
      return { at, what: 'the kill' };
    },
  },
];
