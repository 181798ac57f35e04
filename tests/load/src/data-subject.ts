/** One piece of work on data in a process of its own, so that it can be killed and its peak memory is its own: load, copy, reconcile or count. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { dataRoot, reconcile, runJob } from '@muster/data-processing';
import { checkJob } from '@muster/jobs';
import { copyStatement, ordersJob, reconciliation } from './data-rows.ts';

const [kind = '', directory = '', runId = 'bench', memory = '1GB', batchMb = '32'] = process.argv.slice(2);
const threads = 2;
const around = {
  root: dataRoot(directory),
  signal: new AbortController().signal,
  now: Date.now,
  memory,
  threads,
  batchBytes: Number(batchMb) * 1024 * 1024,
  progress: () => undefined,
};

const startedAt = performance.now();
const result = await work();
const tookMs = performance.now() - startedAt;
const peakMb = (Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1_024) / 1e6;
process.stdout.write(`${JSON.stringify({ result, tookMs, peakMb })}\n`);

async function work(): Promise<unknown> {
  const load = checkJob(ordersJob);
  const compare = checkJob(reconciliation);
  if (!('kind' in load && load.kind === 'job' && 'kind' in compare && compare.kind === 'reconciliation'))
    throw new Error('the jobs of the benchmark are not right');
  switch (kind) {
    case 'load':
      return runJob(load.job, runId, around);
    case 'reconcile':
      return reconcile(compare.reconciliation, runId, around);
    case 'copy': {
      const to = join(directory, 'copied.parquet');
      await inDuck(copyStatement(join(directory, 'orders.csv'), to));
      rmSync(to);
      return null;
    }
    default: {
      const files = join(directory, 'loaded', runId, '*.parquet');
      return inDuck(
        `SELECT count(*)::DOUBLE AS rows, count(DISTINCT orderId)::DOUBLE AS ids, sum(orderId)::DOUBLE AS sum FROM '${files}'`,
      );
    }
  }
}

async function inDuck(statement: string): Promise<unknown> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads), memory_limit: memory });
  const connection = await instance.connect();
  return (await connection.runAndReadAll(statement)).getRowObjectsJson()[0];
}
