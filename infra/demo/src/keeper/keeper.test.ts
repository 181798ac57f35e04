import { expect, it } from 'vitest';
import type { Instance } from './instance.ts';
import { keeperOf, type Keeper } from './keeper.ts';

interface Process extends Instance {
  readonly state: string;
  crash(): void;
}

/** A keeper of processes that exist in memory alone; `log` holds what happened to them, in order. */
function keeping(maxAttempts = 5): { keeper: Keeper; alive: Map<number, Process>; log: string[] } {
  const alive = new Map<number, Process>();
  const log: string[] = [];
  let pid = 0;
  const keeper = keeperOf({
    target: 'shop',
    backoff: { initialMs: 1, factor: 1, maxMs: 1, maxAttempts },
    log: () => {},
    async start({ place, generation }) {
      const { promise: ended, resolve } = Promise.withResolvers<string>();
      const state = `${place}-${generation}`;
      pid += 1;
      const mine = pid;
      const leave = (how: string) => {
        alive.delete(mine);
        log.push(`${state} ${how}`);
        resolve(how);
      };
      const url = `http://127.0.0.1/${mine}`;
      const tell = () => {};
      const one = { pid: mine, startedAt: Date.now(), url, state, ended, tell, crash: () => leave('crashes') };
      const process: Process = { ...one, end: async () => leave('ends') };
      alive.set(mine, process);
      log.push(`${state} starts`);
      return process;
    },
  });
  return { keeper, alive, log };
}
const states = (alive: Map<number, Process>): string[] => [...alive.values()].map(({ state }) => state).toSorted();

it('starts as many as it is told, and ends those that are too many', async () => {
  const { keeper, alive } = keeping();
  const up = await keeper.scale(3);
  expect([up.before.desired, up.after.desired, up.after.instances.length, alive.size]).toEqual([0, 3, 3, 3]);
  const down = await keeper.scale(1);
  expect([down.before.instances.length, down.after.instances.length, alive.size]).toEqual([3, 1, 1]);
  await keeper.end();
  expect([keeper.up(), alive.size]).toEqual([[], 0]);
});

it('renews one after the other with a clean state, and none ends before its successor is there', async () => {
  const { keeper, alive, log } = keeping();
  await keeper.scale(2);
  log.length = 0;
  const { before, after } = await keeper.restart();
  expect(log).toEqual(['1-2 starts', '1-1 ends', '2-2 starts', '2-1 ends']);
  expect(states(alive)).toEqual(['1-2', '2-2']);
  const pids = (all: typeof before) => all.instances.map(({ pid }) => pid);
  expect(pids(after).some((pid) => pids(before).includes(pid))).toBe(false);
  expect(after.restarts - before.restarts).toBe(2);
});

it('does one change at a time', async () => {
  const { keeper } = keeping();
  const [first, second] = await Promise.all([keeper.scale(4), keeper.scale(2)]);
  expect([first.after.instances.length, second.before.instances.length, second.after.instances.length]).toEqual([
    4, 4, 2,
  ]);
});

it('starts one that crashed again, with the state it left', async () => {
  const { keeper, alive } = keeping();
  await keeper.scale(1);
  alive.get(1)?.crash();
  await expect.poll(() => states(alive)).toEqual(['1-1']);
  expect(keeper.look()).toMatchObject({ desired: 1, restarts: 1, instances: [{ pid: 2 }] });
});

it('leaves one down that crashes over and over, until it is told to begin with a clean state', async () => {
  const { keeper, alive, log } = keeping(3);
  await keeper.scale(1);
  for (const pid of [1, 2, 3]) {
    await expect.poll(() => alive.get(pid)).toBeDefined();
    alive.get(pid)?.crash();
  }
  await new Promise((resolve) => setImmediate(resolve));
  expect([keeper.look().instances, log.filter((line) => line.endsWith('starts')).length]).toEqual([[], 3]);
  const { after } = await keeper.restart();
  expect([after.instances.length, states(alive)]).toEqual([1, ['1-2']]);
});
