import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { StateLogger } from '../src/redis-connection.ts';
import { agentPattern } from '../src/redis-keys.ts';
import { redisStateStore } from '../src/redis-state-store.ts';
import { StateUnavailableError, type Ownership, type StateStore } from '../src/state-store.ts';
import { startFaultyProxy, type FaultyProxy } from './faulty-proxy.ts';
import { changeOf } from './state-change.ts';
import { describeStateStore } from './state-store-conformance.ts';

const { REDIS_URL } = process.env;
if (REDIS_URL === undefined) throw new Error('Set REDIS_URL to a Redis these tests may write to.');
const url = REDIS_URL;

describeStateStore('redisStateStore', () => {
  const store = redisStateStore({ url });
  const redis = new Redis(url);
  const lose = async (agent: string) => {
    const keys = await redis.keys(agentPattern(agent));
    await Promise.all(keys.map((key) => redis.unlink(key)));
  };
  return {
    store,
    lose,
    async goBack(agent, _commits, work) {
      const keys = await redis.keys(agentPattern(agent));
      const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
      await work();
      await lose(agent);
      for (const [i, key] of keys.entries()) await redis.restore(key, 0, dumps[i]!);
    },
    async end() {
      redis.disconnect();
      await store.close();
    },
  };
});

describe('redisStateStore through a network that fails', () => {
  let proxy: FaultyProxy;
  let store: StateStore;
  let direct: StateStore;
  let mine: Ownership;
  const log = { info: vi.fn<StateLogger['info']>(), warn: vi.fn<StateLogger['warn']>() };
  beforeEach(async () => {
    vi.resetAllMocks();
    proxy = await startFaultyProxy(url);
    store = redisStateStore({ url: proxy.url, commandTimeoutMs: 500, logger: log });
    direct = redisStateStore({ url });
    mine = { agent: `faults-${randomUUID()}`, partition: 0, generation: 1, owner: 'me' };
    await store.open(mine);
  });
  afterEach(async () => {
    await direct.clear(mine.agent);
    await Promise.all([store.close(), direct.close(), proxy.close()]);
  });

  const change = changeOf({ entries: { a: 'A' }, offsets: { t: 1 }, timers: { a: 1 } });
  /** Commits until there is an answer, as an agent does. */
  const committed = () => vi.waitFor(() => store.commit(mine, 0, change), { timeout: 10_000 });
  async function timeOf(work: () => Promise<unknown>): Promise<number> {
    const begin = performance.now();
    await expect(work()).rejects.toThrow(StateUnavailableError);
    return performance.now() - begin;
  }

  test('a commit whose answer was lost fails at once, and is applied once', { timeout: 10_000 }, async () => {
    await store.close();
    store = redisStateStore({ url: proxy.url, commandTimeoutMs: 30_000 });
    await store.ping();
    const cut = proxy.cutBeforeAnswer();
    await expect(store.commit(mine, 0, change)).rejects.toThrow(StateUnavailableError);
    await cut;
    expect(await direct.keys(mine.agent, 0)).toEqual(['a']);
    expect(await committed()).toEqual({ kind: 'committed', sequence: 1 });
    expect(await store.commit(mine, 1, changeOf({ entries: { a: 'B' } }))).toEqual({ kind: 'committed', sequence: 2 });
  });

  test('a commit that was cut on its way is not applied, and its repeat is', async () => {
    const cut = proxy.cutAfter(100);
    await expect(store.commit(mine, 0, change)).rejects.toThrow(StateUnavailableError);
    await cut;
    expect(await direct.keys(mine.agent, 0)).toEqual([]);
    expect(await committed()).toEqual({ kind: 'committed', sequence: 1 });
    expect(await direct.keys(mine.agent, 0)).toEqual(['a']);
  });

  test('calls end in time when nothing answers, and work again afterwards', async () => {
    proxy.swallow(true);
    const calls = [
      () => store.commit(mine, 0, change),
      () => store.load(mine, 0, ['a']),
      () => store.open(mine),
      () => store.keys(mine.agent, 0),
      () => store.clear(mine.agent),
      () => store.lease('l', 'me', 10),
      () => store.release('l', 'me'),
      () => store.ping(),
    ];
    for (const took of await Promise.all(calls.map(timeOf))) expect(took).toBeLessThan(1_500);
    proxy.swallow(false);
    expect(await committed()).toEqual({ kind: 'committed', sequence: 1 });
  });

  test('calls end in time when nobody listens, are never sent later, and work again afterwards', async () => {
    await proxy.refuse(true);
    for (let i = 0; i < 3; i += 1) expect(await timeOf(() => store.commit(mine, 0, change))).toBeLessThan(1_500);
    await proxy.refuse(false);
    await vi.waitFor(() => store.ping(), { timeout: 10_000 });
    expect(await direct.keys(mine.agent, 0)).toEqual([]);
    expect(await committed()).toEqual({ kind: 'committed', sequence: 1 });
    expect(log.warn.mock.calls.map(([, message]) => message)).toContainEqual(expect.stringContaining('ECONNREFUSED'));
    expect(log.info).toHaveBeenCalledOnce();
  });

  test('a call made before there is a connection waits for it', async () => {
    await proxy.refuse(true);
    const patient = redisStateStore({ url: proxy.url, commandTimeoutMs: 10_000 });
    const ping = patient.ping();
    await proxy.refuse(false);
    await expect(ping).resolves.toBeUndefined();
    await patient.close();
  });

  test('the error says what, where and why, without the password', async () => {
    const { host, port } = new URL(url);
    const stranger = redisStateStore({ url: `redis://nobody:secret@${host}`, commandTimeoutMs: 300 });
    const error = await stranger.ping().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'StateUnavailableError', faultClass: 'transient' });
    expect(String(error)).toMatch(new RegExp(`Could not ping in Redis at .*:${port}: WRONGPASS`));
    expect(String(error)).not.toContain('secret');
    await stranger.close();
  });

  test('a closed store refuses at once, also while nobody listens', async () => {
    await store.close();
    await expect(store.ping()).rejects.toThrow('the store was closed');
    await proxy.refuse(true);
    const waiting = redisStateStore({ url: proxy.url, commandTimeoutMs: 60_000 });
    const ping = waiting.ping();
    await waiting.close();
    await expect(ping).rejects.toThrow('the store was closed');
    await expect(waiting.ping()).rejects.toThrow('the store was closed');
  });

  test('scripts that Redis forgot are sent again', async () => {
    const redis = new Redis(url);
    await redis.script('FLUSH');
    expect(await store.commit(mine, 0, change)).toEqual({ kind: 'committed', sequence: 1 });
    redis.disconnect();
  });

  test('a mistake of ours is no outage', async () => {
    const redis = new Redis(url);
    await redis.set(`muster:{${mine.agent}:1}:meta`, 'not a hash');
    await expect(store.open({ ...mine, partition: 1 })).rejects.toThrow(/refused to open .*\/1: .*WRONGTYPE/);
    redis.disconnect();
  });

  test('20,000 states of 2 KB are committed and loaded', async () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => `key-${i}`);
    const entries = new Map(keys.map((key, i) => [key, new Uint8Array(2_048).fill(i)]));
    expect(await direct.commit(mine, 0, { ...changeOf({}), entries })).toEqual({ kind: 'committed', sequence: 1 });
    const result = await direct.load(mine, 1, keys);
    if (result.kind !== 'loaded') throw new Error(result.kind);
    expect(result.entries.every((bytes, i) => bytes!.length === 2_048 && bytes![2_047] === i % 256)).toBe(true);
  });
});
