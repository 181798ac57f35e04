import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { checkJob, jobProblemText, type Job } from '@muster/jobs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataRoot } from './data-root.ts';
import { runJob, type RunSurroundings, type RunSummary } from './run-job.ts';
import { runFolder } from './run-state.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'muster-data-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const orders = `
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

function given(path: string, content: string | Buffer): void {
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

function run(text: string, over: Partial<RunSurroundings> & { runId?: string } = {}): Promise<RunSummary> {
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

async function loaded(query = "SELECT * FROM 'out/*.parquet' ORDER BY id"): Promise<unknown[]> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(query.replaceAll("'out/", `'${directory}/out/`))).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const rejects = (runId = 'run-1'): { row: number; field: string; reason: string; record: string; source: string }[] =>
  [...runFolder(dataRoot(directory), runId).rejects()].map((line) => JSON.parse(line) as never);

const header = 'id,amount,country,at\n';
const many = (count: number): string =>
  header + Array.from({ length: count }, (_, at) => `${at + 1},${at}.50,DE,2026-01-01 10:00:00\n`).join('');

it('loads what is right in batches, and keeps the rest with row, field and reason', async () => {
  given(
    'in/orders.csv',
    `${header}1,1.50,DE,2026-01-01\n0,1,DE,2026-01-01\nx,1,FR,2026-01-01\n\n4,1.234,FR,2026-01-01\n5,2,US,2026-01-01\n6,2, FR ,\n7,2\n8,2,FR,yesterday\n,2,FR,\n10,-1,FR,\n1.5,1,FR,\n12,"1e2",FR,\n`,
  );
  const summary = await run(orders, { batchBytes: 40 });
  expect(summary).toMatchObject({ status: 'PARTIAL', read: 12, loaded: 2, rejected: 10 });
  expect(summary.batches).toBeGreaterThan(3);
  expect(await loaded()).toEqual([
    { id: '1', amount: '1.50', country: 'DE', at: '2026-01-01 00:00:00' },
    { id: '6', amount: '2.00', country: 'FR', at: null },
  ]);
  expect(rejects().map(({ row, field, reason }) => [row, field, reason])).toEqual([
    [2, 'id', 'it is below 1'],
    [3, 'id', 'it is not a whole number'],
    [4, 'amount', 'it has more than 2 decimals'],
    [5, 'country', 'it is none of DE, FR'],
    [7, '', 'it has 2 fields instead of 4'],
    [8, 'at', 'it is not a time'],
    [9, 'id', 'it has no value'],
    [10, 'amount', 'it is below 0'],
    [11, 'id', 'it is not a whole number'],
    [12, 'amount', 'it is not a decimal: write it without e'],
  ]);
  expect(rejects()[1]).toMatchObject({ source: 'in/orders.csv', record: expect.stringContaining('"id":"x"') });
});

it('reads a BOM, mixed line ends and quotes, and takes out only the line with a broken quote', async () => {
  given(
    'in/orders.csv',
    '\uFEFF"id",amount,country,at\r\n1,1,"DE",2026-01-01\r\n2,"1",DE,\n3,"1,DE,\r4,"1",FR,\r\n\r\n5,x,FR,\n6,6,FR,',
  );
  expect(await run(orders, { batchBytes: 1_000 })).toMatchObject({ read: 6, loaded: 4 });
  expect((await loaded("SELECT id FROM 'out/*.parquet' ORDER BY id")) as { id: string }[]).toEqual([
    { id: '1' },
    { id: '2' },
    { id: '4' },
    { id: '6' },
  ]);
  expect(rejects()).toMatchObject([
    { row: 3, reason: 'text follows a closing quote', record: '3,"1,DE,' },
    { row: 5, field: 'amount', reason: 'it is not a decimal' },
  ]);
});

it('rejects the rows of a wrong charset, and reads them by the right one', async () => {
  const text = Buffer.from(`${header.replace('country', 'town')}1,1,Köln,\n2,1,Bonn,\n`, 'latin1');
  given('in/orders.csv', text);
  const towns = orders.replace('country: { type: text, trim: true, oneOf: [DE, FR] }', 'town: { type: text }');
  expect(await run(towns)).toMatchObject({ read: 2, loaded: 1, rejected: 1 });
  expect(rejects()[0]?.reason).toContain('it is not UTF-8');
  const right = towns
    .replace('orders.csv', 'orders.csv, charset: windows-1252')
    .replace('parquet: out', 'parquet: out/b');
  rmSync(join(directory, 'out'), { recursive: true });
  expect(await run(right, { runId: 'run-2' })).toMatchObject({ loaded: 2 });
  expect(await loaded("SELECT town FROM 'out/b/*.parquet' WHERE id = 1")).toEqual([{ town: 'Köln' }]);
  given('in/orders.csv', Buffer.from('\uFEFFid', 'utf16le'));
  await expect(run(right.replace('out/b', 'out/c'), { runId: 'run-3' })).rejects.toMatchObject({ code: 'NotText' });
});

it('reads what it names of 10,000 columns, or says that they are too many to be meant', async () => {
  const extra = Array.from({ length: 10_000 }, (_, at) => `x${at}`);
  given('in/orders.csv', `id,${extra.join(',')},amount,country,at\n1,${extra.map(() => '7').join(',')},2,DE,\n`);
  await expect(run(orders)).rejects.toThrow(
    'the header of in/orders.csv has 10000 more than the job names: x0, x1, x2, x3, x4 and 9995 more. Name them, or say extraColumns: ignore',
  );
  const ignoring = orders.replace('orders.csv', 'orders.csv, extraColumns: ignore');
  expect(await run(ignoring, { runId: 'run-2' }).catch((error: unknown) => error)).toMatchObject({ code: 'SinkTaken' });
  rmSync(join(directory, 'out'), { recursive: true });
  expect(await run(ignoring, { runId: 'run-2' })).toMatchObject({ loaded: 1, rejected: 0 });
});

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

it('knows one of few and one of many', async () => {
  const many = Array.from({ length: 40 }, (_, at) => `n${at}`);
  given('in/orders.csv', 'few,many\na,n7\nb,n39\n,\nc,n1\na,n40\n');
  const listed = orders.replace(
    /columns:[^]*sink/,
    `columns:\n  few: { type: text, oneOf: [a, b, a] }\n  many: { type: text, oneOf: [${many.join(', ')}] }\nsink`,
  );
  expect(await run(listed)).toMatchObject({ read: 5, loaded: 3 });
  expect(rejects().map(({ row, field }) => [row, field])).toEqual([
    [4, 'few'],
    [5, 'many'],
  ]);
});

it('takes columns by the names that it uses itself', async () => {
  given('in/orders.csv', 'rowid,fault,raw,checked\n7,8,a,b\nx,8,a,b\n9,8,a,b\n');
  const named = orders.replace(
    /columns:[^]*sink/,
    'columns:\n  rowid: { type: integer }\n  fault: { type: integer }\n  raw: { type: text }\n  checked: { type: text }\nsink',
  );
  expect(await run(named)).toMatchObject({ loaded: 2, rejected: 1 });
  expect(await loaded("SELECT rowid, fault, raw, checked FROM 'out/*.parquet' ORDER BY 1")).toEqual([
    { rowid: '7', fault: '8', raw: 'a', checked: 'b' },
    { rowid: '9', fault: '8', raw: 'a', checked: 'b' },
  ]);
  expect(rejects()).toMatchObject([{ row: 2, field: 'rowid' }]);
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

it('reads JSON lines and Parquet, and writes JSON lines and CSV', async () => {
  given(
    'in/orders.jsonl',
    '{"id":1,"amount":"2.50","country":"DE"}\n{"id":2,\n\n[3]\n{"id":"4","amount":1.5,"country":"FR","at":"2026-01-01T10:00:00"}\n{"id":5.5}\n',
  );
  const lines = orders.replace('csv: in/orders.csv', 'jsonLines: in/orders.jsonl');
  expect(await run(lines)).toMatchObject({ read: 5, loaded: 2, rejected: 3 });
  expect(rejects().map(({ row, reason }) => [row, reason])).toEqual([
    [2, 'it is no JSON object'],
    [3, 'it is no JSON object'],
    [5, 'it is not a whole number'],
  ]);
  const again = orders
    .replace('csv: in/orders.csv', 'parquet: out/*.parquet')
    .replace('parquet: out }', 'jsonLines: lines }');
  expect(await run(again, { runId: 'run-2', batchBytes: 32 })).toMatchObject({
    read: 2,
    loaded: 2,
    status: 'COMPLETED',
  });
  const written = readdirSync(join(directory, 'lines'))
    .filter((file) => file.endsWith('.jsonl'))
    .sort();
  expect(
    written.map((file) => JSON.parse(readFileSync(join(directory, 'lines', file), 'utf8')) as unknown),
  ).toMatchObject([{ id: 1, amount: 2.5 }, { id: 4 }]);
});

it('stays below its directory', async () => {
  given('in/orders.csv', many(1));
  mkdirSync(join(directory, 'root'));
  symlinkSync(join(directory, 'in'), join(directory, 'root/in'));
  symlinkSync(directory, join(directory, 'root/up'));
  const root = dataRoot(join(directory, 'root'));
  await expect(run(orders, { root })).rejects.toMatchObject({ code: 'PathOutside' });
  expect(() => root.folder('up/out')).toThrow('leads out of the data directory');
  expect(() => root.folder('../out')).toThrow('leads out of the data directory');
  expect(() => root.files('/etc/passwd')).toThrow('leads out of the data directory');
  expect(() => root.files('.muster/runs/a/state.json')).toThrow('leads out of the data directory');
  expect(existsSync(join(directory, 'out'))).toBe(false);
});

it('does not take over a folder or a run of somebody else', async () => {
  given('in/orders.csv', many(2));
  await run(orders);
  await expect(run(orders, { runId: 'run-2' })).rejects.toMatchObject({ code: 'SinkTaken' });
  await expect(run(orders.replace('version: 1', 'version: 2'))).rejects.toMatchObject({ code: 'RunTaken' });
  await expect(run(orders, { runId: '../x' })).rejects.toMatchObject({ code: 'BadRunId' });
});
