import { expect, test } from 'vitest';
import { bytesOf, changeOf } from '../test/state-change.ts';
import { describeStateStore } from '../test/state-store-conformance.ts';
import { memoryStateStore } from './memory-state-store.ts';
import { StateUnavailableError } from './state-store.ts';

describeStateStore('memoryStateStore', () => {
  const store = memoryStateStore();
  return {
    store,
    lose: async () => store.flushAll(),
    async goBack(_agent, commits, work) {
      await work();
      store.rewind(commits);
    },
    end: () => store.close(),
  };
});

const mine = { agent: 'a', partition: 0, generation: 1, owner: 'me' };

test('an unavailable store refuses and does nothing', async () => {
  const store = memoryStateStore();
  await store.open(mine);
  store.unavailable(true);
  await expect(store.commit(mine, 0, changeOf({ entries: { k: 'v' } }))).rejects.toThrow(StateUnavailableError);
  await expect(store.ping()).rejects.toMatchObject({ faultClass: 'transient' });
  store.unavailable(false);
  expect(await store.keys('a', 0)).toEqual([]);
});

test('an unanswered commit is applied, and its repeat is answered', async () => {
  const store = memoryStateStore();
  await store.open(mine);
  const change = changeOf({ entries: { k: 'v' } });
  store.unanswered(true);
  await expect(store.commit(mine, 0, change)).rejects.toThrow(StateUnavailableError);
  store.unanswered(false);
  expect(await store.commit(mine, 0, change)).toEqual({ kind: 'committed', sequence: 1 });
  expect(await store.load(mine, 1, ['k'])).toEqual({ kind: 'loaded', entries: [bytesOf('v')] });
});

test('a rewind takes back the latest commits of all partitions, and the opens after them', async () => {
  const store = memoryStateStore();
  const other = { ...mine, partition: 1 };
  await store.open(mine);
  await store.open(other);
  await store.commit(mine, 0, changeOf({ offsets: { t: 1 } }));
  await store.commit(other, 0, changeOf({ offsets: { t: 2 } }));
  await store.open({ ...mine, generation: 2 });
  await store.commit({ ...mine, generation: 2 }, 3, changeOf({ offsets: { t: 3 } }));
  store.rewind(2);
  expect(await store.commit(mine, 1, changeOf({}))).toEqual({ kind: 'committed', sequence: 2 });
  expect(await store.open(other)).toMatchObject({ offsets: new Map() });
  expect(() => store.rewind(3)).toThrow('no 3 commits');
});

test('leases follow the given clock', async () => {
  let now = 0;
  const store = memoryStateStore({ now: () => now });
  await store.lease('l', 'me', 100);
  now = 99;
  expect(await store.lease('l', 'other', 100)).toBe(false);
  now = 100;
  expect(await store.lease('l', 'other', 100)).toBe(true);
});
