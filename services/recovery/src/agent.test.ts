import { defineAgent, handled, stateOf, z, type AgentDefinition } from '@muster/agent';
import { TransientError } from '@muster/resilience';
import type { TaskInput, TaskResult } from '@muster/schemas';
import { eventually, memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, expect, it } from 'vitest';
import { fakeKeeper, type Fake } from '../test/fake-servers.ts';
import { recovery } from './agent.ts';

let mesh: MemoryMesh;
let fake: Fake | undefined;
afterEach(async () => {
  await mesh.stop();
  await fake?.stop();
  fake = undefined;
});

/** The least of a router: whatever begins with an agent's name goes to its inbox. */
const router = defineAgent({
  name: 'router',
  version: '1.0.0',
  description: 'Gives tasks to whom they name.',
  publishes: ['muster.inbox.<agent>.v1'],
  handlers: (on) => ({
    tasks: on(['muster.tasks.v1'], {
      state: stateOf<never>(),
      horizon: 60_000,
      handle({ value: { envelope, ...task } }) {
        const agent = task.capability.split('.', 1)[0] ?? '';
        return handled({
          publish: [{ topic: `muster.inbox.${agent}.v1`, value: task, correlationId: envelope.correlationId }],
        });
      },
    }),
  }),
});

/** The least of approval: allows whatever it is asked for. */
const approval = defineAgent({
  name: 'approval',
  version: '1.0.0',
  description: 'Says yes.',
  publishes: ['muster.decisions.v1'],
  handlers: (on) => ({
    changes: on(['muster.change-requests.v1'], {
      state: stateOf<never>(),
      horizon: 60_000,
      handle({ id, timestamp, value: { changeId, target, changeClass, capability } }) {
        const about = { changeId, requestId: id, target, changeClass, capability, requestedAt: timestamp };
        return handled({
          publish: [{ topic: 'muster.decisions.v1', value: { ...about, verdict: 'APPROVED', reason: 'Yes.' } }],
        });
      },
    }),
  }),
});

/** Does its work at the third attempt of a task, and never what is hopeless. */
const keys: string[] = [];
const worker: AgentDefinition = defineAgent({
  name: 'worker',
  version: '1.0.0',
  description: 'Works, at last.',
  actions: (offer) => {
    const away = (): Error =>
      Object.assign(new TransientError('away for a moment'), { code: 'ECONNRESET', retryAfterMs: 20 });
    const work = (worksAt: number) =>
      offer({
        version: '1.0.0',
        description: '',
        input: z.object({}),
        output: z.object({ attempt: z.number() }),
        run(_, { attempt, idempotencyKey }) {
          keys.push(idempotencyKey);
          return attempt < worksAt ? Promise.reject(away()) : Promise.resolve({ attempt });
        },
      });
    return { 'worker.work': work(3), 'worker.despair': work(Infinity) };
  },
});

const task = (id: string, over: Partial<TaskInput> = {}): TaskInput => ({
  taskId: id,
  conversation: `talk-${id}`,
  capability: 'worker.work',
  deadline: Date.now() + 60_000,
  idempotencyKey: `key-${id}`,
  ...over,
});

/** Results by task, each message once. */
async function ends(): Promise<Map<string, TaskResult[]>> {
  const byId = new Map((await mesh.read('muster.task-results.v1')).map(({ id, value }) => [id, value]));
  const results = new Map<string, TaskResult[]>();
  for (const value of byId.values()) results.set(value.taskId, [...(results.get(value.taskId) ?? []), value]);
  return results;
}

async function ended(...ids: readonly string[]): Promise<Map<string, TaskResult[]>> {
  let results = new Map<string, TaskResult[]>();
  const isEnded = (id: string): boolean => results.get(id)?.some(({ status }) => status !== 'FAILED') === true;
  await eventually(
    async () => {
      results = await ends();
      return ids.every(isEnded);
    },
    () => `no end of ${ids.filter((id) => !isEnded(id)).join(', ')}`,
  );
  return results;
}

it('brings tasks through failures, and through the death of its own process, to one end each', async () => {
  mesh = await memoryMesh({ agents: [recovery, router, worker], partitions: 3 });
  await Promise.all([mesh.start(router), mesh.start(worker)]);
  const first = await mesh.start(recovery);
  // Two tasks fail four times at the most: five times in a row would open the breaker.
  const ids = ['a', 'b'];
  for (const id of ids) await mesh.publish('muster.tasks.v1', task(id), { correlationId: `case-${id}` });
  await mesh.publish('muster.tasks.v1', task('hopeless', { capability: 'worker.despair', budget: { maxAttempts: 2 } }));
  await eventually(
    () => keys.length >= 3,
    () => 'nothing was begun',
  );
  first.crash();
  await mesh.start(recovery);
  const results = await ended(...ids, 'hopeless');
  for (const id of ids) {
    expect(results.get(id)?.map(({ status, attempt }) => `${status} ${attempt}`)).toEqual([
      'FAILED 1',
      'FAILED 2',
      'COMPLETED 3',
    ]);
    expect(results.get(id)?.every(({ envelope }) => envelope.correlationId === `case-${id}`)).toBe(true);
    expect(results.get(id)?.[0]?.fault).toMatchObject({ type: 'ECONNRESET', retryAfterMs: 20 });
  }
  const last = results.get('hopeless');
  expect(last?.map(({ status }) => status)).toEqual(['FAILED', 'FAILED', 'ABANDONED']);
  expect(JSON.parse(last?.at(-1)?.output ?? '')).toMatchObject({ reason: 'all 2 attempts are used up', failures: 2 });
  expect(new Set(keys)).toEqual(new Set([...ids, 'hopeless'].map((id) => `key-${id}`)));
  await mesh.idle();
  const scores = await mesh.read('muster.agent-scores.v1');
  expect(new Set(scores.map(({ key }) => key))).toEqual(new Set(['worker/worker.work', 'worker/worker.despair']));
  for (const topic of ['muster.tasks.v1', 'muster.task-results.v1', 'muster.task-measurements.v1'] as const)
    expect(mesh.deadLetters(topic, 'recovery')).toEqual([]);
}, 30_000);

it('runs its own actions for approved changes, and hears their results as those of any other', async () => {
  const keeper = await fakeKeeper('shop');
  fake = keeper;
  mesh = await memoryMesh({ agents: [recovery, router, approval], partitions: 2 });
  await Promise.all([mesh.start(router), mesh.start(approval)]);
  await mesh.start(recovery, {
    config: recovery.config.parse({ processKeepers: JSON.stringify({ shop: keeper.url }) }),
  });
  const restart = { capability: 'recovery.restart', input: '{"target":"shop"}', target: 'shop' };
  const change = { changeId: 'c1', changeClass: 'restart', title: '', requestedBy: 'ada' };
  await mesh.publish('muster.change-requests.v1', { ...change, target: 'shop', capability: restart.capability });
  await mesh.idle();
  await mesh.publish('muster.tasks.v1', task('approved', { ...restart, changeId: 'c1' }));
  await mesh.publish('muster.tasks.v1', task('elsewhere', { ...restart, changeId: 'c1', target: 'till' }));
  await mesh.publish('muster.tasks.v1', task('bold', restart));
  const results = await ended('approved', 'elsewhere', 'bold');
  expect(keeper.restarts).toBe(1);
  expect(JSON.parse(results.get('approved')?.at(-1)?.output ?? '')).toMatchObject({
    target: 'shop',
    before: { desired: 1 },
  });
  for (const taskId of ['elsewhere', 'bold'])
    expect(results.get(taskId)?.map(({ status, fault }) => `${status} ${fault?.type}`)).toEqual([
      'FAILED NotApproved',
      'ABANDONED NotApproved',
    ]);
  await mesh.idle();
  const measured = (await mesh.read('muster.task-measurements.v1')).map(
    ({ key, value }) => `${key} ${value.isSuccess}`,
  );
  expect(measured).toEqual(['recovery/recovery.restart true']);
}, 30_000);

it.each(Object.entries(recovery.actions))(
  'says of %s how people ask for it: inputs as examples name targets only',
  (_, { examples = [] }) => {
    expect(examples.filter((example) => !example.startsWith('{')).length).toBeGreaterThanOrEqual(3);
  },
);
