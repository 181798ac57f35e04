import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dataRoot } from './data-root.ts';
import { directory, given, header, loaded, many, orders, rejects, run } from '../test/trial-runs.ts';

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
