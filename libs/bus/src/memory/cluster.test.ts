import { describe, expect, test } from 'vitest';
import { FencedError, LogUnavailableError } from '../log.ts';
import type { Assignment, GroupListener, Log } from '../log.ts';
import { memoryCluster } from './cluster.ts';

/** Tasks wait until they are run, in an order drawn from the seed; promises settle between two tasks. */
function drawnOrder(seed: number) {
  const tasks: (() => void)[] = [];
  let state = seed;
  const draw = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return {
    draw,
    schedule: (run: () => void) => void tasks.push(run),
    run: async (steps = Infinity) => {
      for (let step = 0; step < steps && tasks.length > 0; step++) {
        tasks.splice(draw(tasks.length), 1)[0]!();
        await new Promise(setImmediate);
      }
    },
  };
}

const topic = 'numbers';
const numbers = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ topic, key: `${from + i}`, value: Buffer.from(`${from + i}`) }));

function clusterOf(seed = 1, partitions = 2) {
  const order = drawnOrder(seed);
  let now = 1_000;
  const cluster = memoryCluster({
    clock: () => now,
    schedule: order.schedule,
    topics: [{ topic, partitions, config: {} }],
  });
  return { ...order, cluster, at: (time: number) => (now = time) };
}

/** A listener that reads from the beginning and keeps what holds. */
function observe() {
  const seen: string[] = [];
  let holding: Assignment | undefined;
  const revoked: number[] = [];
  const listener: GroupListener = {
    assigned(assignment) {
      holding = assignment;
      return Promise.resolve(assignment.topicPartitions.map((partition) => ({ ...partition, at: 'beginning' })));
    },
    revoked(generation) {
      revoked.push(generation);
      holding = undefined;
    },
    records: (batch) => void seen.push(...batch.records.map(({ value }) => Buffer.from(value!).toString())),
    lost(fault) {
      throw fault;
    },
  };
  return { listener, seen, revoked, holding: () => holding };
}

/** Lets everything that is due happen and hands back the promise, handled. */
const outcome = <T>(promise: Promise<T>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: unknown) => error,
  );

describe('an unavailable cluster', () => {
  test('refuses, delivers nothing, puts rebalances off, and goes on when it is back', async () => {
    const { cluster, run } = clusterOf();
    const log = cluster.connect('a');
    const { listener, seen } = observe();
    const joined = log.join({ group: 'g', topics: [topic], listener });
    await run();
    const { confirmedAt } = await joined;
    expect(confirmedAt).toBe(1_000);

    cluster.unavailable(true);
    const appended = outcome(log.append(numbers(0, 1)));
    cluster.rebalance('g');
    await run();
    expect(await appended).toBeInstanceOf(LogUnavailableError);
    expect(seen).toEqual([]);
    expect(cluster.read(topic)).toHaveLength(0);

    cluster.unavailable(false);
    const again = outcome(log.append(numbers(0, 1)));
    await run();
    expect(await again).toBe('done');
    expect(new Set(seen)).toEqual(new Set(['0']));
  });

  test('leaves the sender in the dark about what was stored without an answer', async () => {
    const { cluster, run } = clusterOf();
    const appended = outcome(cluster.connect('a').append(numbers(0, 1)));
    cluster.unavailable(true);
    await run();
    expect(await appended).toBeInstanceOf(LogUnavailableError);
    expect(cluster.read(topic)).toHaveLength(1);
  });

  test('confirms no membership meanwhile', async () => {
    const { cluster, run, at } = clusterOf();
    const joined = cluster.connect('a').join({ group: 'g', topics: [topic], listener: observe().listener });
    await run();
    const membership = await joined;
    at(2_000);
    expect(membership.confirmedAt).toBe(2_000);
    cluster.unavailable(true);
    at(3_000);
    expect(membership.confirmedAt).toBe(2_000);
  });
});

test('a crashed client is silent, and its partitions go to others', async () => {
  const { cluster, run } = clusterOf();
  const [dead, heir] = [cluster.connect('a'), cluster.connect('b')];
  const [of, ofHeir] = [observe(), observe()];
  await Promise.all([
    dead.join({ group: 'g', topics: [topic], listener: of.listener }),
    heir.join({ group: 'g', topics: [topic], listener: ofHeir.listener }),
    run(),
  ]);
  expect(of.holding()?.partitions).toHaveLength(1);
  const revokedBefore = of.revoked.length;

  let hasSettled = false;
  const note = () => (hasSettled = true);
  void dead.append(numbers(0, 4)).then(note, note);
  cluster.crash(dead);
  void dead.append(numbers(4, 4)).then(note, note);
  await run();
  expect(hasSettled).toBe(false);
  expect(of.revoked).toHaveLength(revokedBefore);
  expect(of.seen).toEqual([]);
  expect(ofHeir.holding()?.partitions).toEqual([0, 1]);
  expect(new Set(ofHeir.seen)).toEqual(new Set(['0', '1', '2', '3']));
});

test('an isolated client is a zombie until it hears of it, fenced by its generation, and joins again', async () => {
  const { cluster, run } = clusterOf();
  const [zombie, heir] = [cluster.connect('a'), cluster.connect('b')];
  const [of, ofHeir] = [observe(), observe()];
  const [membership] = await Promise.all([
    zombie.join({ group: 'g', topics: [topic], listener: of.listener }),
    heir.join({ group: 'g', topics: [topic], listener: ofHeir.listener }),
    run(),
  ]);
  const { generation } = of.holding()!;

  cluster.isolate(zombie, true);
  const appended = outcome(zombie.append(numbers(0, 1)));
  await run();
  expect(await appended).toBeInstanceOf(LogUnavailableError);
  expect(of.holding()?.generation).toBe(generation);
  expect(ofHeir.holding()?.partitions).toEqual([0, 1]);

  cluster.isolate(zombie, false);
  const committed = outcome(membership.commit(generation, [{ topic, partition: 0, offset: 1 }]));
  const published = outcome(zombie.append(numbers(0, 1)));
  await run();
  expect(await committed).toBeInstanceOf(FencedError);
  expect(await published).toBe('done');
  expect(of.revoked).toContain(generation);
  expect(of.holding()!.generation).toBeGreaterThan(generation);
  expect(of.holding()!.partitions).toHaveLength(1);
});

test('a follower that was isolated hears what came meanwhile, also when nothing comes any more', async () => {
  const { cluster, run } = clusterOf();
  const [away, other] = [cluster.connect('a'), cluster.connect('b')];
  const heard: number[] = [];
  const records = ({ records: batch }: { readonly records: readonly { readonly offset: number }[] }): void =>
    void heard.push(...batch.map(({ offset }) => offset));
  await Promise.all([
    away.follow({ topics: [topic], from: { at: 'beginning' }, records, lost: () => undefined }),
    run(),
  ]);
  cluster.isolate(away, true);
  await Promise.all([other.append(numbers(0, 1)), run()]);
  expect(heard).toEqual([]);
  cluster.isolate(away, false);
  await run();
  expect(heard).toEqual([0]);
});

test('stamps with its clock, never going back', async () => {
  const { cluster, run, at } = clusterOf(1, 1);
  const log = cluster.connect('a');
  for (const time of [5_000, 4_000, 6_000]) {
    at(time);
    void log.append(numbers(time, 1));
  }
  await run();
  expect(cluster.read(topic).map(({ timestamp }) => timestamp)).toEqual([5_000, 5_000, 6_000]);
});

test('takes only logs of its own', () => {
  const { cluster } = clusterOf();
  expect(() => cluster.crash(memoryCluster().connect('a'))).toThrow('not opened by connect()');
});

test('loses and reorders nothing, whatever the order of steps and whoever comes, crashes or is cut off', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const { cluster, run, draw } = clusterOf(seed, 3);
    const producer = cluster.connect('producer');
    const alive: Log[] = [];
    const stored: (number | undefined)[] = [];
    const broken: string[] = [];
    const join = () => {
      const log = cluster.connect('consumer');
      alive.push(log);
      void outcome(log.join({ group: 'g', topics: [topic], listener: contiguous(broken, stored) }));
    };
    join();
    for (let turn = 0; turn < 30; turn++) {
      void producer.append(numbers(turn * 10, 10));
      const victim = alive[draw(alive.length)]!;
      const drawn = draw(8);
      if (drawn === 0) join();
      if (drawn === 1 && alive.length > 1) cluster.crash(alive.splice(alive.indexOf(victim), 1)[0]!);
      if (drawn === 2) cluster.isolate(victim, true);
      if (drawn === 3) cluster.isolate(victim, false);
      if (drawn === 4) cluster.rebalance('g');
      await run(draw(12));
    }
    for (const log of alive) cluster.isolate(log, false);
    join();
    await run();
    expect(broken, `seed ${seed}`).toEqual([]);
    const ends = [0, 1, 2].map((number) => cluster.read(topic).filter(({ partition }) => partition === number).length);
    expect(
      [0, 1, 2].map((partition) => stored[partition] ?? 0),
      `seed ${seed}`,
    ).toEqual(ends);
  }
});

/** Remembers the next offset of each partition outside the log, as the state store does, and notes every gap. */
function contiguous(broken: string[], stored: (number | undefined)[]): GroupListener {
  let open: number | undefined;
  const expected = new Map<number, number>();
  return {
    assigned({ generation, topicPartitions }) {
      if (open !== undefined) broken.push(`generation ${generation} was assigned while ${open} was open`);
      open = generation;
      return Promise.resolve(
        topicPartitions.map(({ partition }) => {
          const offset = stored[partition] ?? 0;
          expected.set(partition, offset);
          return { topic, partition, at: 'offset', offset };
        }),
      );
    },
    revoked(generation) {
      if (open !== generation) broken.push(`generation ${generation} was revoked while ${open} was open`);
      open = undefined;
    },
    records({ partition, records }) {
      for (const { offset } of records) {
        if (open === undefined || offset !== expected.get(partition)) {
          broken.push(`offset ${offset} of ${partition} came instead of ${expected.get(partition)}`);
        }
        expected.set(partition, offset + 1);
        stored[partition] = Math.max(stored[partition] ?? 0, offset + 1);
      }
    },
    lost: (fault) => void broken.push(fault.message),
  };
}
