import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDuck, type Duck } from './duck.ts';

let directory: string;
let duck: Duck | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'muster-data-'));
  mkdirSync(join(directory, 'inside'));
  for (const file of ['inside/a.csv', 'b.csv']) writeFileSync(join(directory, file), 'a\n1\n');
});
afterEach(() => {
  duck?.close();
  rmSync(directory, { recursive: true, force: true });
});

const open = async (memory = '64MB', signal = new AbortController().signal): Promise<Duck> => {
  const inside = join(directory, 'inside');
  duck = await openDuck({ directories: [inside], spill: inside, memory, threads: 1 }, signal);
  return duck;
};

it('reaches nothing but its directories, and can not be talked into more', async () => {
  const inside = await open();
  expect(await inside.count(`SELECT count(*) FROM read_csv('${directory}/inside/a.csv')`)).toBe(1);
  for (const statement of [
    `SELECT * FROM read_csv('${directory}/b.csv')`,
    `SELECT * FROM read_csv('${directory}/inside/../b.csv')`,
    `COPY (SELECT 1) TO '${directory}/c.parquet'`,
    `ATTACH '${directory}/d.db'`,
    "SELECT * FROM read_csv('https://example.org/a.csv')",
    'INSTALL httpfs',
    'SET enable_external_access = true',
    "SET memory_limit = '64GB'",
    `SET allowed_directories = ['/']`,
  ])
    await expect(inside.run(statement), statement).rejects.toThrow(/Permission|disabled|locked|Cannot|not exist/);
});

it('says that memory was not enough', async () => {
  const small = await open('2MB');
  await expect(small.run("SELECT list(repeat('x', 1000) || range) FROM range(100000)")).rejects.toMatchObject({
    code: 'MemoryLimit',
    faultClass: 'permanent',
  });
});

it('is interrupted', async () => {
  const abort = new AbortController();
  const busy = (await open('64MB', abort.signal)).run('SELECT count(*) FROM range(1000000) a, range(1000000) b');
  abort.abort(new Error('enough'));
  await expect(busy).rejects.toThrow('enough');
});
