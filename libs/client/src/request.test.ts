import { createBus, memoryCluster, memorySchemaSource } from '@muster/bus';
import { topics } from '@muster/schemas';
import type { FaultInput, Task, TaskResultInput, TaskStatus } from '@muster/schemas';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clientOn, RequestError } from './index.ts';
import type { Client, RequestOptions } from './index.ts';

let asking: Client;
let answering: Client;
let asked: Task[];

beforeEach(() => {
  const cluster = memoryCluster({
    topics: topics.map(({ name, partitions }) => ({ topic: name, partitions, config: {} })),
  });
  const connected = (source: string) =>
    clientOn(createBus({ log: cluster.connect(source), schemas: memorySchemaSource() }), { source });
  [asking, answering, asked] = [connected('shop'), connected('agent'), []];
});
afterEach(async () => {
  await Promise.all([asking.close(500), answering.close(500)]);
});

type Answer = Partial<TaskResultInput> & { readonly status: TaskStatus };

/** An agent and all that lies before it: answers each task in one way or several, one after the other. */
async function answer(...answers: Answer[]): Promise<void> {
  await answering.consume('muster.tasks.v1', async (task) => {
    asked.push(task);
    for (const each of answers) await answering.publish('muster.task-results.v1', resultOf(task, each));
  });
}
const resultOf = ({ taskId, conversation, capability, replyTo, context }: Task, answer: Answer): TaskResultInput => ({
  taskId,
  conversation,
  capability,
  replyTo,
  context,
  agent: 'echo',
  instance: 'echo-1',
  output: '{}',
  finishedAt: Date.now(),
  startedAt: null,
  ...answer,
});
const fault: FaultInput = { class: 'TRANSIENT', type: 'ECONNREFUSED', message: 'nobody listens' };

const ending = async (options: RequestOptions = {}): Promise<RequestError> => {
  const error: unknown = await asking.request('echo', {}, options).catch((reason: unknown) => reason);
  if (!(error instanceof RequestError)) throw new Error(`not what a request ends with: ${String(error)}`);
  return error;
};

it('publishes a task and gives its output', async () => {
  await answer({ status: 'COMPLETED', output: '{"n":2}' });
  const options = {
    version: '^1',
    target: 'shop',
    scopes: ['a'],
    priority: 'HIGH',
    reason: 'why',
    timeoutMs: 5_000,
  } as const;
  const before = Date.now();
  expect(await asking.request('echo', { n: 1 }, options)).toEqual({ n: 2 });
  const [task] = asked;
  expect(task).toMatchObject({
    capability: 'echo',
    capabilityVersion: '^1',
    input: '{"n":1}',
    target: 'shop',
    scopes: ['a'],
    priority: 'HIGH',
    reason: 'why',
    budget: null,
    attempt: 1,
    replyTo: expect.stringMatching(/^shop-/),
    idempotencyKey: task?.taskId,
  });
  expect(task?.deadline).toBeGreaterThanOrEqual(before + 5_000);
});

it('keeps many apart, also within one conversation', async () => {
  await answering.consume('muster.tasks.v1', (task) =>
    answering.publish('muster.task-results.v1', resultOf(task, { status: 'COMPLETED', output: task.input })),
  );
  const inputs = Array.from({ length: 20 }, (_, n) => ({ n }));
  const outputs = await Promise.all(inputs.map((input) => asking.request('echo', input, { conversation: 'run-1' })));
  expect(outputs).toEqual(inputs);
});

it.each<[TaskStatus, string, string]>([
  ['UNROUTABLE', 'unroutable', 'No agent can do echo: nobody listens.'],
  ['ABANDONED', 'abandoned', 'echo failed for good, at attempt 3: nobody listens.'],
  ['PARTIAL', 'partial', 'echo was done in part by echo: nobody listens.'],
  ['EXPIRED', 'expired', 'echo was not begun in time: nobody listens.'],
])('rejects on %s with how it ended', async (status, end, sentence) => {
  await answer({ status, fault, attempt: 3, output: '{"half":true}' });
  const error = await ending();
  expect({ end: error.end, message: error.message }).toEqual({ end, message: sentence });
  expect(error.fault).toMatchObject(fault);
  expect(error.result?.output).toBe('{"half":true}');
});

it('waits for the end of a task that failed, as long as others may try again', async () => {
  await answer({ status: 'FAILED', fault }, { status: 'COMPLETED', output: '"at last"', attempt: 2 });
  expect(await asking.request('echo', {})).toBe('at last');
});

it('tells the last fault at the deadline, where nobody tried again', async () => {
  await answer({ status: 'FAILED', fault }, { status: 'FAILED', fault: { ...fault, type: 'EPIPE' }, attempt: 2 });
  const { end, fault: last } = await ending({ timeoutMs: 300 });
  expect({ end, type: last?.type }).toEqual({ end: 'failed', type: 'EPIPE' });
});

it('ends with the first failure where no retries are wanted', async () => {
  await answer({ status: 'FAILED', fault });
  const { end, message } = await ending({ retries: 'none' });
  expect({ end, message }).toEqual({ end: 'failed', message: 'echo failed by echo, at attempt 1: nobody listens.' });
  expect(asked[0]?.budget).toMatchObject({ maxAttempts: 1 });
});

it('says that nothing came', async () => {
  const { end, fault: none, message } = await ending({ timeoutMs: 50 });
  expect({ end, none }).toEqual({ end: 'timeout', none: null });
  expect(message).toContain('within 50 ms');
});

it('hears of progress, which prolongs the time', async () => {
  const seen: number[] = [];
  await answering.consume('muster.tasks.v1', async (task) => {
    const { taskId, conversation, capability } = task;
    for (let done = 1; done <= 4; done += 1) {
      const news = { taskId, conversation, capability, agent: 'echo', instance: 'echo-1', done, total: 4 };
      await answering.publish('muster.task-progress.v1', news);
      await expect.poll(() => seen.length).toBe(done);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await answering.publish('muster.task-results.v1', resultOf(task, { status: 'COMPLETED' }));
  });
  await asking.request('echo', {}, { timeoutMs: 600, onProgress: ({ done }) => seen.push(done) });
  expect(seen).toEqual([1, 2, 3, 4]);
});

it('gives up when it is told to, and when the client closes', async () => {
  const stop = new AbortController();
  const waiting = asking.request('echo', {}, { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(asking.request('echo', {}, { signal: stop.signal })).rejects.toThrow('enough');
  const other = asking.request('echo', {}).catch(String);
  await asking.close(500);
  expect(await other).toContain('The client was closed');
});

it.each<[string, unknown, RequestOptions, string]>([
  ['an input that is no JSON', () => 1, {}, "can't be written as JSON"],
  ['a wait of no time', {}, { timeoutMs: 0 }, '"timeoutMs" is 0'],
  ['an empty conversation', {}, { conversation: '' }, 'conversation'],
])('refuses %s', async (_, input, options, words) => {
  await expect(asking.request('echo', input, options)).rejects.toThrow(words);
});
