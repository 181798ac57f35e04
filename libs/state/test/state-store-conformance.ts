/** What every `StateStore` must do, run over each of them. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Ownership, StateChange, StateStore } from '../src/state-store.ts';
import { bytesOf, changeOf, textOf } from './state-change.ts';

export interface StateStoreHarness {
  readonly store: StateStore;
  /** Loses everything that is stored of an agent. */
  lose(agent: string): Promise<void>;
  /** Lets `work` make that many commits, then takes the store back to where it was before. */
  goBack(agent: string, commits: number, work: () => Promise<unknown>): Promise<void>;
  end(): Promise<void>;
}

export function describeStateStore(name: string, begin: () => StateStoreHarness): void {
  describe(`${name} as a state store`, () => {
    let harness: StateStoreHarness;
    let store: StateStore;
    let agent: string;
    let mine: Ownership;
    beforeAll(() => {
      harness = begin();
      store = harness.store;
    });
    beforeEach(() => {
      agent = `conformance-${randomUUID()}`;
      mine = { agent, partition: 3, generation: 7, owner: 'me' };
    });
    afterEach(() => store.clear(agent));
    afterAll(() => harness.end());

    async function opened(ownership: Ownership): Promise<number> {
      const result = await store.open(ownership);
      if (result.kind !== 'open') throw new Error(`The partition is ${result.kind}.`);
      return result.sequence;
    }
    async function committed(ownership: Ownership, sequence: number, change: StateChange): Promise<number> {
      const result = await store.commit(ownership, sequence, change);
      if (result.kind !== 'committed') throw new Error(`The commit is ${result.kind}.`);
      return result.sequence;
    }
    async function loaded(ownership: Ownership, sequence: number, keys: string[]): Promise<(string | null)[]> {
      const result = await store.load(ownership, sequence, keys);
      if (result.kind !== 'loaded') throw new Error(`The load is ${result.kind}.`);
      return result.entries.map(textOf);
    }

    test('a partition nobody stored anything of is empty', async () => {
      const empty = { kind: 'open', sequence: 0, offsets: new Map(), timers: new Map(), outbox: new Map() };
      expect(await store.open(mine)).toEqual(empty);
      expect(await store.keys(agent, 3)).toEqual([]);
      expect(await loaded(mine, 0, ['a', 'b'])).toEqual([null, null]);
      expect(await loaded(mine, 0, [])).toEqual([]);
    });

    test('a commit moves states, offsets and timers on together', async () => {
      let sequence = await opened(mine);
      const first = { offsets: { t: 5, u: 9 }, entries: { a: 'A', b: 'B' }, timers: { a: 1000, b: 2000.5 } };
      sequence = await committed(mine, sequence, changeOf(first));
      const second = { offsets: { t: 6 }, entries: { a: null, c: 'C' }, timers: { b: null, c: 3000 } };
      sequence = await committed(mine, sequence, changeOf(second));
      expect(await loaded(mine, sequence, ['c', 'a', 'b'])).toEqual(['C', null, 'B']);
      expect((await store.keys(agent, 3)).toSorted()).toEqual(['b', 'c']);

      const next = { ...mine, generation: 8, owner: 'other' };
      const result = await store.open(next);
      const offsets = new Map([['t', 6], ['u', 9]]); // prettier-ignore
      const timers = new Map([['a', 1000], ['c', 3000]]); // prettier-ignore
      expect(result).toEqual({ kind: 'open', sequence: expect.any(Number), offsets, timers, outbox: new Map() });
      expect((result as { sequence: number }).sequence).toBeGreaterThan(sequence);
    });

    test('what is to leave is there for the next owner, in order, until it has left', async () => {
      let sequence = await opened(mine);
      sequence = await committed(mine, sequence, changeOf({ outbox: { 9: 'nine', 10: 'ten', 8: 'eight' } }));
      sequence = await committed(mine, sequence, changeOf({ outbox: { 9: null, 11: 'eleven' } }));
      await committed(mine, sequence, changeOf({ entries: { a: 'A' } }));
      const next = await store.open({ ...mine, generation: 8 });
      if (next.kind !== 'open') throw new Error('It is fenced.');
      const waiting = [...next.outbox].map(([number, bytes]) => [number, textOf(bytes)]);
      expect(waiting).toEqual([
        [8, 'eight'],
        [10, 'ten'],
        [11, 'eleven'],
      ]);
    });

    test('bytes, keys and numbers come back as they were', async () => {
      const odd = ['', ' ', 'Größe/東京 🙂', 'a:b}c{d', 'line\nbreak', '__proto__'];
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      const view = new Uint8Array(all.buffer, 100, 50);
      const entries = new Map(odd.map((key, i) => [key, [new Uint8Array(0), all, view][i % 3]!]));
      const timers = new Map(odd.map((key, i) => [key, 1_763_717_000_123 + i]));
      const offsets = new Map([['muster.metrics.v1', Number.MAX_SAFE_INTEGER]]);
      const sequence = await committed(mine, await opened(mine), { offsets, entries, timers, outbox: new Map() });
      const result = await store.load(mine, sequence, odd);
      if (result.kind !== 'loaded') throw new Error(result.kind);
      expect(result.entries.map((bytes) => [...bytes!])).toEqual(odd.map((key) => [...entries.get(key)!]));
      expect(await store.open(mine)).toMatchObject({ offsets, timers });
    });

    test('stored bytes are copies', async () => {
      const given = bytesOf('before');
      const sequence = await committed(mine, await opened(mine), { ...changeOf({}), entries: new Map([['a', given]]) });
      given.fill(0);
      const result = await store.load(mine, sequence, ['a']);
      if (result.kind === 'loaded') result.entries[0]?.fill(1);
      expect(await loaded(mine, sequence, ['a'])).toEqual(['before']);
    });

    test('partitions and agents are apart', async () => {
      const other = { ...mine, partition: 4 };
      await committed(mine, await opened(mine), changeOf({ entries: { a: 'A' }, offsets: { t: 1 } }));
      expect(await store.open(other)).toMatchObject({ sequence: 0, offsets: new Map() });
      expect(await loaded(other, 0, ['a'])).toEqual([null]);

      const longer = { ...mine, agent: `${agent}-2` };
      const sequence = await committed(longer, await opened(longer), changeOf({ entries: { a: 'kept' } }));
      await store.clear(agent);
      expect(await store.keys(agent, 3)).toEqual([]);
      expect(await loaded(longer, sequence, ['a'])).toEqual(['kept']);
      await store.clear(longer.agent);
    });

    test('a newer generation fences the older one out', async () => {
      const sequence = await opened(mine);
      const newer = { ...mine, generation: 8, owner: 'other' };
      await opened(newer);
      const fenced = { kind: 'fenced', generation: 8 };
      expect(await store.commit(mine, sequence, changeOf({ entries: { a: 'A' } }))).toEqual(fenced);
      expect(await store.load(mine, sequence, ['a'])).toEqual(fenced);
      expect(await store.open(mine)).toEqual(fenced);
      expect(await store.keys(agent, 3)).toEqual([]);
    });

    test('another owner of the same generation is fenced out too', async () => {
      const sequence = await opened(mine);
      const twin = { ...mine, owner: 'twin' };
      const fenced = { kind: 'fenced', generation: 7 };
      expect(await store.open(twin)).toEqual(fenced);
      expect(await store.commit(twin, sequence, changeOf({}))).toEqual(fenced);
      expect(await store.load(twin, sequence, ['a'])).toEqual(fenced);
    });

    test('force takes a partition from a newer generation, with all that is stored', async () => {
      const sequence = await committed(mine, await opened(mine), changeOf({ entries: { a: 'A' }, offsets: { t: 1 } }));
      const restarted = { ...mine, generation: 1, owner: 'restarted' };
      expect(await store.open(restarted)).toEqual({ kind: 'fenced', generation: 7 });
      const taken = await store.open(restarted, { force: true });
      expect(taken).toMatchObject({ kind: 'open', offsets: new Map([['t', 1]]) });
      await committed(restarted, (taken as { sequence: number }).sequence, changeOf({ entries: { a: 'B' } }));
      expect((await store.commit(mine, sequence, changeOf({ entries: { a: 'old' } }))).kind).not.toBe('committed');
      expect(await loaded(restarted, 0, ['a'])).toEqual(['B']);
    });

    test('a repeated commit is applied once', async () => {
      const sequence = await opened(mine);
      const change = changeOf({ entries: { a: 'A' }, offsets: { t: 1 }, timers: { a: 1 } });
      const results = [await store.commit(mine, sequence, change), await store.commit(mine, sequence, change)];
      expect(results).toEqual([0, 0].map(() => ({ kind: 'committed', sequence: sequence + 1 })));
      expect(await committed(mine, sequence + 1, changeOf({ entries: { a: 'B' } }))).toBe(sequence + 2);
      expect(await store.commit(mine, sequence, change)).toEqual({ kind: 'lost' });
      expect(await loaded(mine, sequence + 2, ['a'])).toEqual(['B']);
    });

    test('a commit from before an open is neither applied nor taken for a repeat', async () => {
      const sequence = await opened(mine);
      const again = await opened(mine);
      expect(await store.commit(mine, sequence, changeOf({ entries: { a: 'late' } }))).toEqual({ kind: 'lost' });
      expect(await loaded(mine, again, ['a'])).toEqual([null]);
    });

    test('a sequence that was never reached is lost', async () => {
      const sequence = await opened(mine);
      expect(await store.commit(mine, sequence + 1, changeOf({ entries: { a: 'A' } }))).toEqual({ kind: 'lost' });
      expect(await store.load(mine, sequence + 1, ['a'])).toEqual({ kind: 'lost' });
    });

    test('a load goes on while a commit is under way', async () => {
      const sequence = await opened(mine);
      await committed(mine, sequence, changeOf({ entries: { a: 'A' } }));
      expect(await loaded(mine, sequence, ['a'])).toEqual(['A']);
    });

    test('a store that lost everything says so, and begins anew', async () => {
      const change = changeOf({ entries: { a: 'A' }, offsets: { t: 1 }, timers: { a: 1 } });
      const sequence = await committed(mine, await opened(mine), change);
      await harness.lose(agent);
      expect(await store.load(mine, sequence, ['a'])).toEqual({ kind: 'lost' });
      expect(await store.commit(mine, sequence, change)).toEqual({ kind: 'lost' });
      expect(await store.keys(agent, 3)).toEqual([]);
      expect(await store.open(mine)).toMatchObject({
        kind: 'open',
        sequence: 0,
        offsets: new Map(),
        timers: new Map(),
      });
    });

    test('a store that lost everything right after an open says so', async () => {
      const sequence = await opened(mine);
      await harness.lose(agent);
      expect(await store.commit(mine, sequence, changeOf({}))).toEqual({ kind: 'lost' });
    });

    test('a store that lost its last commits says so, and has states and offsets of one time', async () => {
      let sequence = await opened(mine);
      sequence = await committed(
        mine,
        sequence,
        changeOf({ entries: { a: 'A' }, offsets: { t: 1 }, timers: { a: 1 } }),
      );
      await harness.goBack(agent, 2, async () => {
        sequence = await committed(mine, sequence, changeOf({ entries: { a: 'A2', b: 'B' }, offsets: { t: 2 } }));
        sequence = await committed(mine, sequence, changeOf({ entries: { a: null }, timers: { a: null, b: 2 } }));
      });
      expect(await store.load(mine, sequence, ['a'])).toEqual({ kind: 'lost' });
      expect(await store.commit(mine, sequence, changeOf({}))).toEqual({ kind: 'lost' });
      const result = await store.open(mine);
      expect(result).toMatchObject({ kind: 'open', offsets: new Map([['t', 1]]), timers: new Map([['a', 1]]) });
      expect(await loaded(mine, (result as { sequence: number }).sequence, ['a', 'b'])).toEqual(['A', null]);
    });

    test('a store that went back beyond our open is lost, not fenced', async () => {
      let sequence = await committed(mine, await opened(mine), changeOf({ entries: { a: 'A' } }));
      const next = { ...mine, generation: 8, owner: 'next' };
      await harness.goBack(agent, 2, async () => {
        await committed(mine, sequence, changeOf({ entries: { a: 'A2' } }));
        sequence = await opened(next);
        sequence = await committed(next, sequence, changeOf({ entries: { a: 'A3' } }));
      });
      expect(await store.load(next, sequence, ['a'])).toEqual({ kind: 'lost' });
      expect(await store.commit(next, sequence, changeOf({}))).toEqual({ kind: 'lost' });
      expect(await loaded(next, await opened(next), ['a'])).toEqual(['A']);
    });

    test('20,000 states, timers and offsets in one commit', async () => {
      const keys = Array.from({ length: 20_000 }, (_, i) => `key-${i}`);
      const sequence = await committed(mine, await opened(mine), {
        entries: new Map(keys.map((key) => [key, bytesOf(`state of ${key}`)])),
        timers: new Map(keys.map((key, i) => [key, i])),
        outbox: new Map(),
        offsets: new Map(keys.map((key, i) => [key, i])),
      });
      expect(await loaded(mine, sequence, keys)).toEqual(keys.map((key) => `state of ${key}`));
      const gone = keys.slice(0, 15_000);
      const next = await committed(mine, sequence, {
        entries: new Map(gone.map((key) => [key, null])),
        timers: new Map(gone.map((key) => [key, null])),
        outbox: new Map(),
        offsets: new Map(),
      });
      expect(next).toBe(sequence + 1);
      expect((await store.keys(agent, 3)).toSorted()).toEqual(keys.slice(15_000).toSorted());
      const result = await store.open(mine);
      if (result.kind !== 'open') throw new Error(result.kind);
      expect(result.offsets).toEqual(new Map(keys.map((key, i) => [key, i])));
      expect(result.timers).toEqual(new Map(keys.slice(15_000).map((key, i) => [key, 15_000 + i])));
    });

    test('a lease is held by one, prolonged by it, and free when released', async () => {
      const name = `${agent}/sensor`;
      expect(await store.lease(name, 'me', 60_000)).toBe(true);
      expect(await store.lease(name, 'other', 60_000)).toBe(false);
      expect(await store.lease(name, 'me', 60_000)).toBe(true);
      await store.release(name, 'other');
      expect(await store.lease(name, 'other', 60_000)).toBe(false);
      await store.release(name, 'me');
      expect(await store.lease(name, 'other', 60_000)).toBe(true);
      await store.release(name, 'other');
    });

    test('a lease ends by itself, unless it is prolonged', async () => {
      const [ended, prolonged] = [`${agent}/ended`, `${agent}/prolonged`];
      expect(await store.lease(prolonged, 'me', 50)).toBe(true);
      expect(await store.lease(ended, 'me', 50)).toBe(true);
      expect(await store.lease(prolonged, 'me', 60_000)).toBe(true);
      await vi.waitFor(async () => expect(await store.lease(ended, 'other', 60_000)).toBe(true));
      expect(await store.lease(prolonged, 'other', 60_000)).toBe(false);
      await store.release(ended, 'other');
      await store.release(prolonged, 'me');
    });

    test('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}
