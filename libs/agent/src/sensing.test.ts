import type { Bus } from '@muster/bus';
import { memoryStateStore, type MemoryStateStore } from '@muster/state';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Sensor } from './agent.ts';
import { systemClock } from './clock.ts';
import type { Logger } from './logs.ts';
import { sense, type Sensing } from './sensing.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 5, 8) }));
const instances: { readonly sensing: Sensing }[] = [];
afterEach(async () => {
  await Promise.all(instances.splice(0).map(({ sensing }) => sensing.stop()));
  vi.useRealTimers();
});

const everyMs = 250;
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

interface Counted {
  readonly store: MemoryStateStore;
  asked: number;
}

function countedStore(): Counted {
  const store = memoryStateStore();
  const counted: Counted = {
    store: {
      ...store,
      lease: (...given) => {
        counted.asked += 1;
        return store.lease(...given);
      },
    },
    asked: 0,
  };
  return counted;
}

/** One instance of an agent with one sensor that notes when it senses. */
function instanceOf(owner: string, store: MemoryStateStore, more: Partial<Sensor> = {}) {
  const instance = {
    sensed: 0,
    warned: 0,
    isNeeded: true,
    isDead: false,
    sensing: undefined as unknown as Sensing,
  };
  const sensor: Sensor = {
    everyMs,
    isNeeded: () => instance.isNeeded,
    sense: () => {
      instance.sensed += 1;
      return Promise.resolve([]);
    },
    ...more,
  };
  const after: typeof systemClock.after = (delayMs, run) =>
    systemClock.after(delayMs, () => {
      if (!instance.isDead) run();
    });
  const log = { warn: () => (instance.warned += 1), child: () => log } as unknown as Logger;
  instance.sensing = sense({
    agent: 'health',
    owner,
    sensors: { checks: sensor },
    config: {},
    tables: {},
    bus: {} as Bus,
    store,
    clock: { ...systemClock, now: () => Date.now(), after },
    log,
  });
  instances.push(instance);
  return instance;
}

it('keeps its lease by asking once in a third of its length', async () => {
  const counted = countedStore();
  const one = instanceOf('one', counted.store);
  await pass(60_000);
  expect(one.sensed).toBeGreaterThanOrEqual(240);
  expect(counted.asked).toBeLessThanOrEqual(19);
});

it('asks for no lease while there is nothing to sense, and gives up the one it has', async () => {
  const counted = countedStore();
  const one = instanceOf('one', counted.store);
  one.isNeeded = false;
  await pass(60_000);
  expect([one.sensed, counted.asked]).toEqual([0, 0]);
  one.isNeeded = true;
  await pass(1_000);
  expect(one.sensed).toBeGreaterThan(2);
  one.isNeeded = false;
  await pass(1_000);
  expect(await counted.store.lease('health/checks', 'another', 1)).toBe(true);
});

it('senses on one instance at a time; another takes over from one that died, not before its lease has ended', async () => {
  const { store } = countedStore();
  const one = instanceOf('one', store);
  const two = instanceOf('two', store);
  await pass(30_000);
  expect(two.sensed).toBe(0);
  one.isDead = true;
  await pass(6_000);
  expect(two.sensed).toBe(0);
  await pass(8_000);
  expect(two.sensed).toBeGreaterThan(0);
  const before = one.sensed;
  one.isDead = false;
  await pass(10_000);
  expect(one.sensed).toBe(before);
});

it('leaves its lease to others when it stops', async () => {
  const { store } = countedStore();
  const one = instanceOf('one', store);
  const two = instanceOf('two', store);
  await pass(1_000);
  await one.sensing.stop();
  await pass(4_000);
  expect(two.sensed).toBeGreaterThan(0);
});

it('senses nothing while nobody can say whether it may, and says so once for each time it asked', async () => {
  const { store } = countedStore();
  const one = instanceOf('one', store);
  await pass(1_000);
  store.unavailable(true);
  await pass(20_000);
  const before = one.sensed;
  await pass(10_000);
  expect(one.sensed).toBe(before);
  expect(one.warned).toBeLessThanOrEqual(10);
  store.unavailable(false);
  await pass(4_000);
  expect(one.sensed).toBeGreaterThan(before);
});

it('asks again when the clock was set back', async () => {
  const counted = countedStore();
  const one = instanceOf('one', counted.store);
  await pass(1_000);
  vi.setSystemTime(Date.now() - 3_600_000);
  const before = counted.asked;
  await pass(500);
  expect(counted.asked).toBe(before + 1);
  expect(one.sensed).toBeGreaterThan(4);
});
