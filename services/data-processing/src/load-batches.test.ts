import { existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RunSummary } from './run-job.ts';
import { directory, given, loaded, many, orders, rejects, run } from '../test/trial-runs.ts';

it('stops at a file with another header, keeps what came before, and goes on when it was mended', async () => {
  given('in/orders-1.csv', many(10));
  given('in/orders-2.csv', 'id,sum,country,at\n11,1,DE,\n');
  const several = orders.replace('orders.csv', 'orders-*.csv');
  await expect(run(several)).rejects.toThrow('the header of in/orders-2.csv lacks amount and has sum');
  expect(await loaded("SELECT count(*)::INT AS n FROM 'out/*.parquet'")).toEqual([{ n: 10 }]);
  given('in/orders-2.csv', 'at,country,amount,id\n,DE,1,11\n');
  await expect(run(several)).rejects.toMatchObject({ code: 'SourceChanged' });
  rmSync(join(directory, 'out'), { recursive: true });
  expect(await run(several, { runId: 'run-2' })).toMatchObject({ read: 11, loaded: 11, status: 'COMPLETED' });
});

it('goes on after an end at any batch: no row is missing, none is there twice', async () => {
  given('in/orders.csv', many(60).replace('\n7,', '\nseven,'));
  let ends = 0;
  for (;;) {
    const abort = new AbortController();
    let batches = 0;
    const result = await run(orders, {
      signal: abort.signal,
      progress: () => {
        batches += 1;
        if (batches === 3) abort.abort(new Error('killed'));
      },
    }).catch((error: unknown) => (error as Error).message);
    if (typeof result !== 'string') {
      expect(result).toMatchObject({ read: 60, loaded: 59, rejected: 1, isResumed: true });
      break;
    }
    expect(result).toBe('killed');
    ends += 1;
  }
  expect(ends).toBeGreaterThan(3);
  expect(await loaded("SELECT count(*)::INT AS n, count(DISTINCT id)::INT AS ids FROM 'out/*.parquet'")).toEqual([
    { n: 59, ids: 59 },
  ]);
  expect(rejects()).toMatchObject([{ row: 7, field: 'id' }]);
  const manifest = JSON.parse(readFileSync(join(directory, 'out/_manifest.json'), 'utf8')) as {
    parts: { rows: number }[];
  };
  expect(manifest.parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(59);
  expect(await run(orders)).toMatchObject({ read: 60, loaded: 59 });
}, 20_000);

it('does a batch again that was written and not noted', async () => {
  given('in/orders.csv', many(20));
  const abort = new AbortController();
  await run(orders, { signal: abort.signal, progress: () => abort.abort(new Error('killed')) }).catch(() => undefined);
  // What a process leaves that dies between the part and the checkpoint, and in the middle of a part.
  given('out/part-000001.parquet', readFileSync(join(directory, 'out/part-000000.parquet')));
  given('out/part-000900.parquet', readFileSync(join(directory, 'out/part-000000.parquet')));
  given('out/.part-000002.parquet.7.half', 'half');
  given('.muster/runs/run-1/.state.json.7.half', 'half');
  given('.muster/runs/run-1/work/7/piece-0.csv', 'left');
  expect(await run(orders)).toMatchObject({ loaded: 20, isResumed: true });
  expect(await loaded("SELECT count(*)::INT AS n, count(DISTINCT id)::INT AS ids FROM 'out/*.parquet'")).toEqual([
    { n: 20, ids: 20 },
  ]);
  expect(readdirSync(join(directory, 'out')).filter((file) => file.endsWith('.half'))).toEqual([]);
  expect(readdirSync(join(directory, '.muster/runs/run-1')).sort()).toEqual([
    'attempt',
    'rejects',
    'state.json',
    'work',
  ]);
  expect(readdirSync(join(directory, '.muster/runs/run-1/work'))).toEqual([]);
}, 20_000);

it('says so when the sink dies in the middle, and does not pretend', async () => {
  given('in/orders.csv', many(40));
  await expect(
    run(orders, {
      progress: () => existsSync(join(directory, 'out')) && renameSync(join(directory, 'out'), join(directory, 'gone')),
    }),
  ).rejects.toMatchObject({ code: 'SinkGone', message: expect.stringContaining('the folder out is gone') });
  await expect(run(orders)).rejects.toMatchObject({ code: 'SinkGone' });
});

it('fails when more rows are rejected than the job allows, keeps them, and does not pass when it is asked again', async () => {
  given('in/orders.csv', many(20).replaceAll('DE', 'XX'));
  const strict = `${orders}mostRejects: 3\n`;
  await expect(run(strict)).rejects.toMatchObject({ code: 'TooManyRejects' });
  expect(rejects().length).toBeGreaterThan(3);
  await expect(run(strict, { runId: 'run-2' })).rejects.toMatchObject({ code: 'SinkTaken' });
  const other = strict.replace('parquet: out', 'parquet: other');
  for (const _ of ['first', 'again'])
    await expect(run(other, { runId: 'run-3', batchBytes: 10_000 })).rejects.toMatchObject({ code: 'TooManyRejects' });
});

it('stops an attempt when the run has been begun again, and leaves nothing of it behind', async () => {
  given('in/orders.csv', many(20));
  let again: Promise<RunSummary> | undefined;
  const first = run(orders, { progress: () => void (again ??= run(orders)) });
  await expect(first).rejects.toBeInstanceOf(Error);
  expect(await again).toMatchObject({ read: 20, loaded: 20 });
  expect(await loaded("SELECT count(*)::INT AS n, count(DISTINCT id)::INT AS ids FROM 'out/*.parquet'")).toEqual([
    { n: 20, ids: 20 },
  ]);
  expect(readdirSync(join(directory, '.muster/runs/run-1/work'))).toEqual([]);
});

it('says so when a checkpoint can not be read', async () => {
  given('in/orders.csv', many(2));
  given('.muster/runs/run-1/state.json', '{"runId":"run-1","jo');
  await expect(run(orders)).rejects.toMatchObject({ code: 'BadCheckpoint' });
});

it('does not take over a folder or a run of somebody else', async () => {
  given('in/orders.csv', many(2));
  await run(orders);
  await expect(run(orders, { runId: 'run-2' })).rejects.toMatchObject({ code: 'SinkTaken' });
  await expect(run(orders.replace('version: 1', 'version: 2'))).rejects.toMatchObject({ code: 'RunTaken' });
  await expect(run(orders, { runId: '../x' })).rejects.toMatchObject({ code: 'BadRunId' });
});
