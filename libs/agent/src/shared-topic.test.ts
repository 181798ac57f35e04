import type { TaskInput } from '@muster/schemas';
import { memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, expect, it } from 'vitest';
import { defineAgent, handled, heardTopics, stateOf, z } from './index.ts';

let mesh: MemoryMesh | undefined;
afterEach(async () => {
  await mesh?.stop();
  mesh = undefined;
});

let runs = 0;

/** Its inbox hears results of tasks for the ledger, and it hears them itself, joined with the tasks. */
const foreman = defineAgent({
  name: 'foreman',
  version: '1.0.0',
  description: 'Works, and counts how work ends.',
  publishes: ['muster.metrics.v1'],
  handlers: (on) => ({
    ends: on(['muster.tasks.v1', 'muster.task-results.v1'], {
      state: stateOf<{ heard: number }>(),
      horizon: 3_600_000,
      handle({ topic, value }, { state, now }) {
        const heard = (state?.heard ?? 0) + 1;
        const sample = { target: value.conversation, name: topic, value: heard, at: now };
        return handled({ state: { heard }, publish: [{ topic: 'muster.metrics.v1', value: sample }] });
      },
    }),
  }),
  actions: (offer) => ({
    'foreman.work': offer({
      version: '1.0.0',
      description: '',
      input: z.object({}),
      output: z.object({}),
      run() {
        runs += 1;
        return Promise.resolve({});
      },
    }),
  }),
});

const task = (id: number): TaskInput => ({
  taskId: `t${id}`,
  conversation: `talk-${id % 3}`,
  capability: 'foreman.work',
  deadline: Date.now() + 60_000,
  idempotencyKey: `k${id}`,
});

it('names a topic once that both hear', () => {
  expect(heardTopics(foreman)).toEqual(['muster.tasks.v1', 'muster.task-results.v1', 'muster.inbox.foreman.v1']);
});

it('gives a topic to two handlers, each of which hears every message once, through the death of its process', async () => {
  runs = 0;
  mesh = await memoryMesh({ agents: [foreman], partitions: 2 });
  const first = await mesh.start(foreman);
  for (let id = 0; id < 10; id += 1) {
    await mesh.publish('muster.tasks.v1', task(id));
    await mesh.publish('muster.inbox.foreman.v1', task(id));
  }
  await mesh.idle();
  first.crash();
  await mesh.start(foreman);
  for (let id = 10; id < 20; id += 1) {
    await mesh.publish('muster.tasks.v1', task(id));
    await mesh.publish('muster.inbox.foreman.v1', task(id));
  }
  await mesh.idle();
  const counted = new Map<string, number>();
  const known = new Set<string>();
  for (const { id, value } of await mesh.read('muster.metrics.v1')) {
    if (known.has(id)) continue;
    known.add(id);
    counted.set(value.target, (counted.get(value.target) ?? 0) + 1);
  }
  expect(runs).toBe(20);
  // Of the 20 tasks, 7 belong to the first two conversations each and 6 to the third: each is heard, and so is its result.
  expect(Object.fromEntries(counted)).toEqual({ 'talk-0': 14, 'talk-1': 14, 'talk-2': 12 });
});
