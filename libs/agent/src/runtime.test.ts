import type { MetricSampleInput } from '@muster/schemas';
import { TransientError } from '@muster/resilience';
import { eventually, memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock as steadyClock } from './clock.ts';
import { defineAgent, handled, ignored, rejected, stateOf, z, type Outcome } from './index.ts';
import type { SideThread } from './side-thread.ts';

let mesh: MemoryMesh | undefined;
afterEach(async () => {
  await mesh?.stop();
  mesh = undefined;
});

const sample = (name: string, value: number): MetricSampleInput => ({
  target: 'shop',
  name,
  value,
  unit: 'ms',
  at: Date.now(),
});

/** Publishes the running total of each series: what it says depends on every message having been counted once and in order. */
let beforeHandling: (value: number) => void = () => undefined;
const adder = defineAgent({
  name: 'adder',
  version: '1.0.0',
  description: 'Adds up.',
  publishes: ['muster.alerts.v1'],
  tables: { targets: 'muster.topology.v1' },
  handlers: (on) => ({
    series: on(['muster.metrics.v1'], {
      state: stateOf<{ total: number; values: number[] }>(),
      horizon: 3_600_000,
      handle({ value, key }, { state, now, tables }) {
        beforeHandling(value.value);
        if (value.name === 'unwanted') return ignored('nobody asked');
        if (value.name === 'wrong') return rejected('MetricSample.name: "wrong" is not a series we know');
        const total = (state?.total ?? 0) + value.value;
        const values = [...(state?.values ?? []), value.value];
        const owner = tables.targets.get('shop')?.owner ?? '';
        const alert = {
          fingerprint: key,
          status: 'FIRING',
          severity: 'INFO',
          target: owner,
          category: 'PERFORMANCE',
          title: String(total),
          startsAt: now,
        } as const;
        return handled({ state: { total, values }, publish: [{ topic: 'muster.alerts.v1', value: alert }] });
      },
    }),
  }),
});

const titlesOf = async (name: string): Promise<string[]> => {
  const alerts = (await mesh?.read('muster.alerts.v1')) ?? [];
  const seen = new Set<string>();
  return alerts
    .filter(({ id, key }) => key === `shop/${name}` && !seen.has(id) && seen.add(id))
    .map(({ value }) => value.title);
};
const sums = (values: readonly number[]): string[] =>
  values.map((_, index) => String(values.slice(0, index + 1).reduce((a, b) => a + b, 0)));
const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('the life of a message', () => {
  it('is handled once, in the order of its key, and what it caused carries its correlation id', async () => {
    beforeHandling = () => undefined;
    mesh = await memoryMesh({ agents: [adder] });
    await mesh.publish('muster.topology.v1', { target: 'shop', owner: 'team-shop' });
    await mesh.start(adder);
    for (const value of numbers(40))
      for (const name of ['a', 'b', 'c']) await mesh.publish('muster.metrics.v1', sample(name, value));
    const last = await mesh.publish('muster.metrics.v1', sample('d', 1), { correlationId: 'case-7' });
    await mesh.idle();
    for (const name of ['a', 'b', 'c']) expect(await titlesOf(name)).toEqual(sums(numbers(40)));
    const [alert] = (await mesh.read('muster.alerts.v1')).filter(({ key }) => key === 'shop/d');
    expect(alert?.value.envelope).toMatchObject({ correlationId: 'case-7', causationId: last, source: 'adder' });
    expect(alert?.value.target).toBe('team-shop');
  });

  it('drops a second copy of a message', async () => {
    mesh = await memoryMesh({ agents: [adder] });
    const { running } = await mesh.start(adder);
    await mesh.publish('muster.metrics.v1', sample('a', 5), { id: 'same' });
    await mesh.publish('muster.metrics.v1', sample('a', 5), { id: 'same' });
    await mesh.publish('muster.metrics.v1', sample('a', 6));
    await mesh.idle();
    expect(await titlesOf('a')).toEqual(['5', '11']);
    expect(running.tally.repeated).toBe(1);
  });

  it('survives the death of its process: another goes on, nothing is lost and nothing counted twice', async () => {
    mesh = await memoryMesh({ agents: [adder], partitions: 3 });
    let agent = await mesh.start(adder);
    for (const value of numbers(60)) {
      for (const name of ['a', 'b', 'c', 'd']) await mesh.publish('muster.metrics.v1', sample(name, value));
      if (value % 15 !== 0) continue;
      agent.crash();
      agent = await mesh.start(adder);
    }
    await mesh.idle();
    for (const name of ['a', 'b', 'c', 'd']) expect(await titlesOf(name)).toEqual(sums(numbers(60)));
  });

  it('does not let one slow key hold up the others of its partition', async () => {
    beforeHandling = (value) => {
      const until = performance.now() + (value === 7 ? 5 : 0);
      while (performance.now() < until);
    };
    mesh = await memoryMesh({ agents: [adder], partitions: 1 });
    await mesh.start(adder);
    const backlog = [
      ...numbers(60).map(() => sample('slow', 7)),
      ...numbers(60).map((value) => sample('quick', value + 100)),
    ];
    await mesh.publishAll('muster.metrics.v1', backlog);
    await mesh.idle();
    const order = (await mesh.read('muster.alerts.v1')).map(({ key }) => key);
    expect(order.filter((key) => key === 'shop/slow')).toHaveLength(60);
    // All of the quick key is through while most of the slow one still waits.
    expect(order.lastIndexOf('shop/quick')).toBeLessThan(90);
    beforeHandling = () => undefined;
  });

  it('takes a key that computes long to the side thread, in order, and back when it is quick again', async () => {
    let isSlow = true;
    beforeHandling = () => {
      const until = performance.now() + (isSlow ? 12 : 0);
      while (performance.now() < until);
    };
    const aside: string[] = [];
    const sideThread: SideThread = {
      isBroken: false,
      async run({ message, context }) {
        const outcome = adder.handlers.series?.handle(message as never, context);
        aside.push(context.key);
        await Promise.resolve();
        return { outcome: outcome as Outcome, tookMs: isSlow ? 12 : 0 };
      },
      stop: () => Promise.resolve(),
    };
    mesh = await memoryMesh({ agents: [adder], partitions: 1 });
    const { running } = await mesh.start(adder, { sideThread });
    await mesh.publishAll(
      'muster.metrics.v1',
      numbers(5).map((value) => sample('slow', value)),
    );
    await mesh.idle();
    expect(running.tally.aside).toBe(3);
    isSlow = false;
    await mesh.publishAll(
      'muster.metrics.v1',
      numbers(5).map((value) => sample('slow', value + 5)),
    );
    await mesh.idle();
    // The first of them shows that it is quick.
    expect(aside).toEqual(Array.from({ length: 4 }, () => 'shop/slow'));
    expect(await titlesOf('slow')).toEqual(sums(numbers(10)));
    beforeHandling = () => undefined;
  });

  it('shares its partitions between instances and keeps every order while they come and go', async () => {
    mesh = await memoryMesh({ agents: [adder], partitions: 6 });
    const first = await mesh.start(adder);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (const value of numbers(20))
      for (const name of names) await mesh.publish('muster.metrics.v1', sample(name, value));
    const second = await mesh.start(adder);
    for (const value of numbers(20))
      for (const name of names) await mesh.publish('muster.metrics.v1', sample(name, value + 20));
    await mesh.idle();
    expect(first.running.vitals().partitions).toHaveLength(3);
    expect(second.running.vitals().partitions).toHaveLength(3);
    await first.stop();
    for (const value of numbers(20))
      for (const name of names) await mesh.publish('muster.metrics.v1', sample(name, value + 40));
    await mesh.idle();
    for (const name of names) expect(await titlesOf(name)).toEqual(sums(numbers(60)));
  });

  it('rebuilds its state from the log when the store lost everything, and says nothing twice', async () => {
    mesh = await memoryMesh({ agents: [adder], partitions: 2 });
    await mesh.start(adder, { commitEveryMs: 5 });
    for (const value of numbers(30))
      for (const name of ['a', 'b', 'c']) await mesh.publish('muster.metrics.v1', sample(name, value));
    await mesh.idle();
    // What is committed to the log was published: wait for that, since only then silence is promised.
    const ends = async (): Promise<number> =>
      (await mesh?.bus.log.admin.committed('muster.adder', ['muster.metrics.v1']))?.reduce(
        (sum, { offset }) => sum + offset,
        0,
      ) ?? 0;
    await eventually(async () => (await ends()) === 90);
    const messages = async (): Promise<number> =>
      new Set(((await mesh?.read('muster.alerts.v1')) ?? []).map(({ id }) => id)).size;
    const before = await messages();
    mesh.store.flushAll();
    for (const name of ['a', 'b', 'c']) await mesh.publish('muster.metrics.v1', sample(name, 1_000));
    await eventually(
      async () => (await messages()) === before + 3,
      () => 'no alerts came after the rebuild',
    );
    await mesh.idle();
    expect(await messages()).toBe(before + 3);
    for (const name of ['a', 'b', 'c']) expect(await titlesOf(name)).toEqual(sums([...numbers(30), 1_000]));
  });

  it('catches up when the store lost its last second', async () => {
    const isRewound = (): boolean => {
      try {
        mesh?.store.rewind(1);
        return true;
      } catch {
        return false; // there is no commit yet
      }
    };
    mesh = await memoryMesh({ agents: [adder], partitions: 2 });
    await mesh.start(adder, { commitEveryMs: 2 });
    for (const value of numbers(30)) {
      for (const name of ['a', 'b', 'c']) await mesh.publish('muster.metrics.v1', sample(name, value));
      if (value % 10 === 0) await eventually(() => isRewound());
    }
    await mesh.idle();
    for (const name of ['a', 'b', 'c']) expect(await titlesOf(name)).toEqual(sums(numbers(30)));
  });

  it('waits while the store or the log is away, is not ready, and goes on', async () => {
    mesh = await memoryMesh({ agents: [adder], partitions: 2 });
    const { running } = await mesh.start(adder);
    await mesh.publish('muster.metrics.v1', sample('a', 1));
    await mesh.idle();
    mesh.store.unavailable(true);
    await mesh.publish('muster.metrics.v1', sample('a', 2));
    await eventually(() => running.trouble()?.includes("can't store state"));
    mesh.store.unavailable(false);
    await eventually(
      () => running.trouble() === undefined,
      () => `still in trouble: ${running.trouble()}`,
    );
    await mesh.publish('muster.metrics.v1', sample('a', 3));
    await mesh.idle();
    expect(await titlesOf('a')).toEqual(['1', '3', '6']);
  });
});

describe('what can not be handled', () => {
  it('becomes a dead letter with its reason, and the stream behind it goes on', async () => {
    mesh = await memoryMesh({ agents: [adder] });
    const { running } = await mesh.start(adder);
    await mesh.publish('muster.metrics.v1', sample('wrong', 1));
    await mesh.bus.log.append([{ topic: 'muster.metrics.v1', key: 'shop/a', value: Buffer.from('not avro at all') }]);
    await mesh.bus.log.append([
      { topic: 'muster.metrics.v1', key: 'shop/a', value: Buffer.from([0, 0, 0, 99, 99, 1]) },
    ]);
    await mesh.publish('muster.metrics.v1', sample('a', 1));
    await mesh.publish('muster.metrics.v1', sample('unwanted', 1));
    await mesh.idle();
    expect(await titlesOf('a')).toEqual(['1']);
    const letters = mesh.deadLetters('muster.metrics.v1', 'adder');
    expect(letters.map(({ fault }) => fault.message)).toEqual(
      expect.arrayContaining([expect.stringContaining('"wrong" is not a series we know')]),
    );
    expect(letters).toHaveLength(3);
    expect(letters.some(({ original }) => Buffer.from(original.value ?? []).toString() === 'not avro at all')).toBe(
      true,
    );
    expect(running.tally).toMatchObject({ handled: 1, ignored: 1, rejected: 1, deadLettered: 3 });
  });

  it('leaves its reason even where it is too large to be set aside with it', async () => {
    mesh = await memoryMesh({ agents: [adder], partitions: 1 });
    await mesh.start(adder);
    await mesh.bus.log.append([{ topic: 'muster.metrics.v1', key: 'shop/a', value: Buffer.alloc(2 ** 20 - 400, 1) }]);
    await mesh.publish('muster.metrics.v1', sample('a', 1));
    await mesh.idle();
    const [letter, ...others] = mesh.deadLetters('muster.metrics.v1', 'adder');
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ topic: 'muster.metrics.v1', partition: 0, offset: 0, original: { value: null } });
    expect(letter?.fault.message).toContain('muster.metrics.v1');
    expect(await titlesOf('a')).toEqual(['1']);
  });

  it('is tried again when the fault is transient, holding only its own key', async () => {
    let failures = 0;
    beforeHandling = (value) => {
      if (value !== 13 || failures >= 3) return;
      failures += 1;
      throw new TransientError('away for a moment');
    };
    mesh = await memoryMesh({ agents: [adder], partitions: 1 });
    const { running } = await mesh.start(adder);
    await mesh.publish('muster.metrics.v1', sample('held', 13));
    await mesh.publish('muster.metrics.v1', sample('held', 1));
    await mesh.publish('muster.metrics.v1', sample('free', 2));
    await eventually(async () => (await titlesOf('free')).length === 1);
    expect(await titlesOf('held')).toEqual([]);
    await mesh.idle();
    expect(await titlesOf('held')).toEqual(['13', '14']);
    expect(running.tally.retried).toBe(3);
    beforeHandling = () => undefined;
  });

  it('is given up when it is a bug, and only that message', async () => {
    beforeHandling = (value) => {
      if (value === 13) throw new TypeError('x is undefined');
    };
    mesh = await memoryMesh({ agents: [adder], partitions: 1 });
    await mesh.start(adder);
    for (const value of [1, 13, 2]) await mesh.publish('muster.metrics.v1', sample('a', value));
    await mesh.idle();
    expect(await titlesOf('a')).toEqual(['1', '3']);
    expect(mesh.deadLetters('muster.metrics.v1', 'adder')).toMatchObject([
      { fault: { name: 'TypeError', message: 'x is undefined' } },
    ]);
    beforeHandling = () => undefined;
  });

  it('stops the agent when it is more than ten in a row, which says so and stays up', async () => {
    mesh = await memoryMesh({ agents: [adder], partitions: 1 });
    const { running } = await mesh.start(adder);
    for (const value of numbers(12)) await mesh.publish('muster.metrics.v1', sample('wrong', value));
    await eventually(() => running.trouble()?.startsWith('stopped: 11 messages in a row became dead letters'));
    await eventually(async () =>
      (await mesh?.read('muster.alerts.v1'))?.some(({ value }) => value.title === 'adder stopped taking messages'),
    );
    expect(running.deadReason()).toBeUndefined();
  });
});

describe('wake-ups', () => {
  const napper = defineAgent({
    name: 'napper',
    version: '1.0.0',
    description: 'Answers after a while.',
    publishes: ['muster.alerts.v1'],
    handlers: (on) => ({
      series: on(['muster.metrics.v1'], {
        state: stateOf<{ at: number; naps: number }>(),
        horizon: 3_600_000,
        handle: ({ value }, { now }) => handled({ state: { at: now, naps: 0 }, wakeAt: now + value.value }),
        wake: ({ state, now, key }) =>
          handled({
            state: { at: now, naps: (state?.naps ?? 0) + 1 },
            publish: [
              {
                topic: 'muster.alerts.v1',
                value: {
                  fingerprint: key,
                  status: 'FIRING',
                  severity: 'INFO',
                  target: 'shop',
                  category: 'PERFORMANCE',
                  title: String(now - (state?.at ?? 0)),
                  startsAt: now,
                },
              },
            ],
          }),
      }),
    }),
  });

  it('come when they are due, once, and not early', async () => {
    mesh = await memoryMesh({ agents: [napper], partitions: 2 });
    await mesh.start(napper);
    for (const name of ['a', 'b', 'c']) await mesh.publish('muster.metrics.v1', sample(name, 60));
    await eventually(async () => (await mesh?.read('muster.alerts.v1'))?.length === 3);
    for (const { value } of await mesh.read('muster.alerts.v1')) expect(Number(value.title)).toBeGreaterThanOrEqual(60);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await mesh.read('muster.alerts.v1')).length).toBe(3);
  });

  it('survive a crash and the loss of the store', async () => {
    mesh = await memoryMesh({ agents: [napper], partitions: 2 });
    let agent = await mesh.start(napper);
    await mesh.publish('muster.metrics.v1', sample('a', 400));
    await mesh.idle();
    agent.crash();
    agent = await mesh.start(napper);
    mesh.store.flushAll();
    await mesh.publish('muster.metrics.v1', sample('b', 10));
    await eventually(async () => (await titlesOf('a')).length === 1 && (await titlesOf('b')).length === 1);
    expect(Number((await titlesOf('a'))[0])).toBeGreaterThanOrEqual(400);
  });
});

describe('an action', () => {
  let runs = 0;
  const worker = defineAgent({
    name: 'worker',
    version: '1.0.0',
    description: 'Works.',
    actions: (offer) => ({
      'worker.double': offer({
        version: '1.0.0',
        description: 'Doubles.',
        input: z.object({ value: z.number() }),
        output: z.number(),
        isPartial: (doubled) => doubled === 102,
        leaseMs: 300,
        async run({ value }, { progress, signal }) {
          runs += 1;
          progress(1, 2, 'half-way');
          await new Promise((resolve, reject) => {
            setTimeout(resolve, value);
            signal.addEventListener('abort', () => reject(signal.reason as Error));
          });
          return value * 2;
        },
      }),
    }),
  });
  const task = (taskId: string, value: unknown, deadlineMs = 5_000) => ({
    taskId,
    conversation: 'talk',
    capability: 'worker.double',
    input: JSON.stringify({ value }),
    deadline: Date.now() + deadlineMs,
    idempotencyKey: taskId,
  });
  const results = async (): Promise<string[]> =>
    ((await mesh?.read('muster.task-results.v1')) ?? []).map(
      ({ value }) => `${value.taskId} ${value.status} ${value.output}`,
    );

  it('is run for a task from the inbox, and its result is a message of the same piece of work', async () => {
    runs = 0;
    mesh = await memoryMesh({ agents: [worker] });
    await mesh.start(worker);
    await mesh.publish('muster.inbox.worker.v1', task('t1', 20), { correlationId: 'case-1' });
    await mesh.publish('muster.inbox.worker.v1', task('t2', 'many'));
    await eventually(async () => (await results()).length === 2);
    expect((await results()).sort()).toEqual(['t1 COMPLETED 40', 't2 FAILED {}']);
    const [result] = (await mesh.read('muster.task-results.v1')).filter(({ value }) => value.taskId === 't1');
    expect(result?.value.envelope.correlationId).toBe('case-1');
    expect((await mesh.read('muster.task-progress.v1')).map(({ value }) => value.message)).toEqual(['half-way']);
    expect(runs).toBe(1);
  });

  it('is PARTIAL where its output says so', async () => {
    mesh = await memoryMesh({ agents: [worker] });
    await mesh.start(worker);
    await mesh.publish('muster.inbox.worker.v1', task('t1', 51));
    await eventually(async () => (await results()).length === 1);
    expect(await results()).toEqual(['t1 PARTIAL 102']);
  });

  it('is run again by another instance when its own died, and reported once', async () => {
    runs = 0;
    mesh = await memoryMesh({ agents: [worker], partitions: 1 });
    const first = await mesh.start(worker);
    await mesh.publish('muster.inbox.worker.v1', task('t1', 150));
    await eventually(() => runs === 1);
    first.crash();
    await mesh.start(worker);
    await eventually(async () => (await results()).length > 0);
    await mesh.idle();
    expect(await results()).toEqual(['t1 COMPLETED 300']);
    expect(runs).toBe(2);
  });

  it('is not run again after the ledger was lost and rebuilt', async () => {
    runs = 0;
    mesh = await memoryMesh({ agents: [worker], partitions: 1 });
    await mesh.start(worker, { commitEveryMs: 5 });
    await mesh.publish('muster.inbox.worker.v1', task('t1', 10));
    await eventually(async () => (await results()).length === 1);
    await mesh.idle();
    await eventually(async () =>
      (await mesh?.bus.log.admin.committed('muster.worker', ['muster.inbox.worker.v1']))?.some(
        ({ offset }) => offset === 1,
      ),
    );
    mesh.store.flushAll();
    await mesh.publish('muster.inbox.worker.v1', task('t2', 10));
    await eventually(async () => (await results()).length === 2);
    await mesh.idle();
    expect(runs).toBe(2);
  });

  it('is stopped at its deadline', async () => {
    mesh = await memoryMesh({ agents: [worker] });
    await mesh.start(worker);
    // Progress at the start renews the deadline once, from then on.
    await mesh.publish('muster.inbox.worker.v1', task('t1', 60_000, 200));
    await eventually(async () => (await results()).length === 1);
    expect((await mesh.read('muster.task-results.v1'))[0]?.value).toMatchObject({
      status: 'FAILED',
      fault: { message: 'the deadline of the task passed' },
    });
  });
});

describe('a handler that computes for longer than the session of its group', () => {
  it('loses its message to the dead letters when an instance meets it again', async () => {
    let workedMs = 0;
    let calls = 0;
    beforeHandling = (value) => {
      if (value !== 13) return;
      calls += 1;
      workedMs += 40_000;
    };
    mesh = await memoryMesh({ agents: [adder], partitions: 1 });
    const clock = { ...steadyClock, worked: () => (workedMs += 0.001) };
    const agent = await mesh.start(adder, { clock, commitEveryMs: 60_000 });
    // The key is known, or the store would be asked first.
    await mesh.publish('muster.metrics.v1', sample('a', 1));
    await mesh.idle();
    mesh.store.unavailable(true);
    await mesh.publish('muster.metrics.v1', sample('a', 13));
    await eventually(() => calls === 1);
    // The group went on without it: what it computed is not stored, and the message comes again.
    mesh.cluster.isolate(agent.log, true);
    mesh.cluster.isolate(agent.log, false);
    await eventually(() => agent.running.trouble() === 'waiting for its partitions');
    mesh.store.unavailable(false);
    await mesh.publish('muster.metrics.v1', sample('a', 1));
    await eventually(() => mesh?.deadLetters('muster.metrics.v1', 'adder').length === 1);
    await mesh.idle();
    expect(calls).toBe(1);
    expect(mesh.deadLetters('muster.metrics.v1', 'adder')[0]?.fault.message).toContain('computed for 40 s');
    expect(await titlesOf('a')).toEqual(['1', '2']);
    beforeHandling = () => undefined;
  });
});

describe('an agent among others', () => {
  it('shows its card and its heartbeats, and says goodbye in time', async () => {
    mesh = await memoryMesh({ agents: [adder] });
    const agent = await mesh.start(adder);
    await eventually(async () => (await mesh?.read('muster.agent-heartbeats.v1'))?.length === 1);
    await eventually(async () => (await mesh?.read('muster.agent-cards.v1'))?.length === 1);
    const [card] = await mesh.read('muster.agent-cards.v1');
    expect(card?.value).toMatchObject({
      agent: 'adder',
      consumes: ['muster.metrics.v1'],
      publishes: ['muster.alerts.v1'],
    });
    const [beat] = await mesh.read('muster.agent-heartbeats.v1');
    expect(beat?.value).toMatchObject({ agent: 'adder', status: 'READY', reason: '' });
    await agent.stop();
  });
});
