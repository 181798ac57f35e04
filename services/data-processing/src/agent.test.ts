import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskInput, TaskResult } from '@muster/schemas';
import { eventually, memoryMesh, type MemoryMesh } from '@muster/testkit';
import { afterEach, expect, it } from 'vitest';
import { dataProcessing } from './agent.ts';

let mesh: MemoryMesh;
const directory = mkdtempSync(join(tmpdir(), 'muster-data-'));
afterEach(async () => {
  await mesh.stop();
  rmSync(directory, { recursive: true, force: true });
});

const job = `
name: orders
version: 1
source: { csv: orders.csv }
columns: { id: { type: integer, required: true }, amount: { type: decimal } }
sink: { jsonLines: "out/{run}" }
`;

async function ask(taskId: string, capability: string, input: object): Promise<TaskResult> {
  const task: TaskInput = {
    taskId,
    conversation: `talk-${taskId}`,
    capability,
    input: JSON.stringify(input),
    deadline: Date.now() + 30_000,
    idempotencyKey: `key-${taskId}`,
  };
  await mesh.publish('muster.inbox.data-processing.v1', task);
  let result: TaskResult | undefined;
  await eventually(
    async () => {
      result = (await mesh.read('muster.task-results.v1')).find(({ value }) => value.taskId === taskId)?.value;
      return result !== undefined;
    },
    () => `no result of ${taskId}`,
  );
  return result!;
}

it('runs jobs, tells how they are and what they rejected, and does a task once for its key', async () => {
  writeFileSync(join(directory, 'orders.csv'), 'id,amount\n1,2.50\nx,1\n3,4\n');
  mesh = await memoryMesh({ agents: [dataProcessing], partitions: 2 });
  await mesh.start(dataProcessing, { config: dataProcessing.config.parse({ dataDirectory: directory }) });
  const done = await ask('load', 'data.run-job', { job });
  expect(done).toMatchObject({ status: 'PARTIAL', fault: null });
  expect(JSON.parse(done.output)).toMatchObject({
    runId: 'key-load',
    status: 'PARTIAL',
    read: 3,
    loaded: 2,
    rejected: 1,
  });
  expect(JSON.parse((await ask('status', 'data.job-status', { runId: 'key-load' })).output)).toMatchObject({
    status: 'PARTIAL',
    files: ['orders.csv'],
    sink: 'out/key-load',
  });
  expect(JSON.parse((await ask('rejects', 'data.job-rejects', { runId: 'key-load' })).output)).toEqual({
    runId: 'key-load',
    total: 1,
    rows: [
      {
        source: 'orders.csv',
        row: 2,
        field: 'id',
        reason: 'it is not a whole number',
        record: '{"id":"x","amount":"1"}',
      },
    ],
  });
  expect(JSON.parse((await ask('again', 'data.run-job', { job, runId: 'key-load' })).output)).toMatchObject({
    isResumed: true,
    loaded: 2,
  });
  for (const [input, type] of [
    [{ job: 'name: x' }, 'BadJob'],
    [{ job: job.replace('orders.csv', 'none.csv') }, 'NoSource'],
  ] as const)
    expect((await ask(type, 'data.run-job', input)).fault).toMatchObject({ class: 'PERMANENT', type });
  const progress = (await mesh.read('muster.task-progress.v1')).filter(({ value }) => value.taskId === 'load');
  expect(progress.at(-1)?.value.message).toBe('2 rows loaded, 1 rejected');
}, 30_000);
