/** For tests: jobs run in a directory of their own, on files that are given as text. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { checkJob, jobProblemText, type Job } from '@muster/jobs';
import { afterEach, beforeEach } from 'vitest';
import { dataRoot } from '../src/data-root.ts';
import { runJob, type RunSurroundings, type RunSummary } from '../src/run-job.ts';
import { runFolder } from '../src/run-state.ts';

export let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'muster-data-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

export const orders = `
name: orders
version: 1
source: { csv: in/orders.csv }
columns:
  id: { type: integer, required: true, min: 1 }
  amount: { type: decimal, min: 0 }
  country: { type: text, trim: true, oneOf: [DE, FR] }
  at: { type: timestamp }
sink: { parquet: out }
`;

export function given(path: string, content: string | Buffer): void {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function jobOf(text: string): Job {
  const checked = checkJob(text);
  if ('problems' in checked) throw new Error(jobProblemText(checked.problems));
  if (checked.kind !== 'job') throw new Error('no job');
  return checked.job;
}

export function run(text: string, over: Partial<RunSurroundings> & { runId?: string } = {}): Promise<RunSummary> {
  return runJob(jobOf(text), over.runId ?? 'run-1', {
    root: dataRoot(directory),
    signal: new AbortController().signal,
    now: Date.now,
    memory: '256MB',
    threads: 2,
    batchBytes: 120,
    progress: () => undefined,
    ...over,
  });
}

export async function loaded(query = "SELECT * FROM 'out/*.parquet' ORDER BY id"): Promise<unknown[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(query.replaceAll("'out/", `'${directory}/out/`))).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export const rejects = (
  runId = 'run-1',
): { row: number; field: string; reason: string; record: string; source: string }[] =>
  [...runFolder(dataRoot(directory), runId).rejects()].map((line) => JSON.parse(line) as never);

export const header = 'id,amount,country,at\n';
export const many = (count: number): string =>
  header + Array.from({ length: count }, (_, at) => `${at + 1},${at}.50,DE,2026-01-01 10:00:00\n`).join('');
