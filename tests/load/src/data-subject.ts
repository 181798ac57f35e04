/** One piece of work on data in a process of its own, so that it can be killed and its peak memory is its own: load, copy, reconcile, count, and the same with PostgreSQL. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { connectPostgres, dataRoot, reconcile, runJob } from '@muster/data-processing';
import { checkJob } from '@muster/jobs';
import { benchTable, copyByRules, copyStatement, ordersJob, ordersToPostgres, reconciliation } from './data-rows.ts';

const [kind = '', directory = '', runId = 'bench', memory = '1GB', batchMb = '16', threadCount = '2'] =
  process.argv.slice(2);
const threads = Number(threadCount);
const around = {
  root: dataRoot(directory),
  signal: new AbortController().signal,
  now: Date.now,
  memory,
  threads,
  batchBytes: Number(batchMb) * 1024 * 1024,
  progress: () => undefined,
};

const orders = join(directory, 'orders.csv');
const startedAt = performance.now();
const cpuBefore = process.cpuUsage();
const result = await work();
const tookMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpuBefore);
const peakMb = (Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) * 1_024) / 1e6;
process.stdout.write(`${JSON.stringify({ result, tookMs, peakMb, cpuMs: (user + system) / 1_000 })}\n`);

async function work(): Promise<unknown> {
  const load = checkJob(kind === 'load-postgres' ? ordersToPostgres : ordersJob);
  const compare = checkJob(reconciliation);
  if (!('kind' in load && load.kind === 'job' && 'kind' in compare && compare.kind === 'reconciliation'))
    throw new Error('the jobs of the benchmark are not right');
  switch (kind) {
    case 'load':
    case 'load-postgres':
      return runJob(load.job, runId, around);
    case 'reconcile':
      return reconcile(compare.reconciliation, runId, around);
    case 'copy':
    case 'copy-rules': {
      const to = join(directory, 'copied.parquet');
      const copied = await inDuck(kind === 'copy' ? copyStatement(orders, to) : copyByRules(load.job, orders, to));
      rmSync(to);
      return copied;
    }
    case 'copy-postgres': {
      const to = join(directory, 'copied.csv');
      const copied = await inDuck(copyStatement(orders, to, 'csv'));
      const connection = await connectPostgres('MUSTER_POSTGRES_URL', around.signal);
      await connection.copyFrom(to, benchTable, Object.keys(load.job.columns));
      await connection.close();
      rmSync(to);
      return copied;
    }
    case 'prepare-postgres':
      for (const statement of [
        `DROP TABLE IF EXISTS ${benchTable}`,
        `CREATE TABLE ${benchTable} ("orderId" bigint, customer text, amount numeric(18,2), country text, "placedAt" timestamp, note text)`,
      ])
        await inPostgres(statement);
      return null;
    case 'count-postgres':
      return inPostgres(
        `SELECT count(*)::float8 AS rows, count(DISTINCT "orderId")::float8 AS ids, sum("orderId")::float8 AS sum FROM ${benchTable}`,
      );
    case 'clear-postgres':
      await inPostgres(`DELETE FROM muster_batches WHERE table_name = '${benchTable}'`);
      return inPostgres(`DROP TABLE ${benchTable}`);
    default: {
      const files = join(directory, 'loaded', runId, '*.parquet');
      return inDuck(
        `SELECT count(*)::DOUBLE AS rows, count(DISTINCT orderId)::DOUBLE AS ids, sum(orderId)::DOUBLE AS sum FROM '${files}'`,
      );
    }
  }
}

async function inPostgres(statement: string): Promise<unknown> {
  const connection = await connectPostgres('MUSTER_POSTGRES_URL', around.signal);
  try {
    return (await connection.query(statement))[0] ?? null;
  } finally {
    await connection.close();
  }
}

/** Yields the first row; of a COPY that is `Count`. */
async function inDuck(statement: string): Promise<unknown> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads), memory_limit: memory });
  const connection = await instance.connect();
  return (await connection.runAndReadAll(statement)).getRowObjectsJson()[0];
}
