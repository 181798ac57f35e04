import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDuck, type Duck } from './duck.ts';
import { stage } from './load-batches.ts';
import { quoted, type PostgresConnection } from './postgres-connection.ts';
import { postgresSource } from './postgres-source.ts';
import type { Place, SourcePart } from './run-state.ts';
import type { Source } from './source.ts';

let work: string;
let duck: Duck;
beforeEach(async () => {
  work = mkdtempSync(join(tmpdir(), 'muster-data-'));
  const { signal } = new AbortController();
  duck = await openDuck({ directories: [work], spill: work, memory: '128MB', threads: 1 }, signal);
});
afterEach(() => {
  duck.close();
  rmSync(work, { recursive: true, force: true });
});

interface FakeTable extends PostgresConnection {
  readonly rows: Map<number, string | null>;
  hasNulls: boolean;
}

/** As much of a database as the source needs: one table of ids and names, and the few ways in which it is asked. */
function fakeTable(ids: readonly number[]): FakeTable {
  const rows = new Map<number, string | null>(ids.map((id) => [id, `name ${id}`]));
  const between = (statement: string): number[] => {
    if (statement.includes('WHERE false')) return [];
    const after = Number(/> E'(\d+)'::bigint/.exec(statement)?.[1] ?? -Infinity);
    const through = Number(/<= E'(\d+)'::bigint/.exec(statement)?.[1] ?? Infinity);
    return [...rows.keys()].filter((id) => id > after && id <= through).toSorted((one, other) => one - other);
  };
  return {
    rows,
    hasNulls: false,
    query(statement) {
      if (statement.startsWith('SELECT attname'))
        return Promise.resolve(['id', 'name'].map((name) => ({ name, type: 'bigint' })));
      if (statement.includes('IS NULL')) return Promise.resolve(this.hasNulls ? [{}] : []);
      const keys = between(statement);
      const at = statement.includes('DESC') ? keys.length - 1 : Number(/OFFSET (\d+)/.exec(statement)?.[1]);
      return Promise.resolve(keys[at] === undefined ? [] : [{ key: String(keys[at]) }]);
    },
    copyFrom: () => Promise.reject(new Error('a source writes nothing')),
    copyTo(query, file) {
      const lines = between(query).map((id) => `${id},${rows.get(id) ?? ''}\n`);
      writeFileSync(file, lines.join(''));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

const columns = { id: { type: 'integer' }, label: { type: 'text', from: 'name', required: true } } as const;
// 64 bytes are counted for a row of two columns: a batch is three rows.
const sourceOn = (connection: PostgresConnection, known?: readonly SourcePart[]): Promise<Source> =>
  postgresSource({
    source: { url: 'SHOP_POSTGRES_URL', table: 'shop.orders', key: 'id' },
    columns,
    work,
    batchBytes: 192,
    known,
    connection,
  });

async function idsOf(
  source: Source,
  place: Place,
): Promise<{ readonly ids: number[]; readonly next: Place | undefined }> {
  const batch = await source.read(place, 0);
  await stage(batch, duck);
  const rows = await duck.rows(`SELECT ${batch.rules.values} FROM checked WHERE fault = 0`);
  return { ids: rows.map(({ id }) => Number(id)), next: batch.next };
}

it('reads a table by ranges of its key, up to the last key that was there at the beginning', async () => {
  const table = fakeTable([1, 2, 3, 5, 8, 13, 21]);
  const source = await sourceOn(table);
  expect(source.files).toEqual([{ table: 'shop.orders', through: '21' }]);
  table.rows.set(34, 'too late');
  const batches: number[][] = [];
  for (let place = source.first; place !== undefined;) {
    const { ids, next } = await idsOf(source, place);
    batches.push(ids);
    place = next;
  }
  expect(batches).toEqual([[1, 2, 3], [5, 8, 13], [21]]);
});

it('reads the same range again after a crash, whatever was taken out or put in meanwhile', async () => {
  const table = fakeTable([1, 2, 3, 4, 5, 6, 7]);
  const source = await sourceOn(table);
  const { next } = await idsOf(source, source.first!);
  expect(next).toMatchObject({ after: '3', through: '6' });
  table.rows.delete(5);
  table.rows.delete(2);
  table.rows.set(9, 'new');
  // The checkpoint has where the batch ends: 7 belongs to the next one, and is neither missing nor twice.
  const resumed = await sourceOn(table, source.files);
  const again = await idsOf(resumed, next!);
  expect(again.ids).toEqual([4, 6]);
  expect((await idsOf(resumed, again.next!)).ids).toEqual([7]);
});

it('tells no value from the empty text, and reads what is empty', async () => {
  const table = fakeTable([1, 2, 3]);
  table.rows.set(1, null);
  table.rows.set(2, '""');
  const source = await sourceOn(table);
  expect((await idsOf(source, source.first!)).ids).toEqual([2, 3]);
  expect(readFileSync(join(work, 'piece-0.csv'), 'utf8')).toBe('1,\n2,""\n3,name 3\n');
  const empty = await sourceOn(fakeTable([]));
  expect(await idsOf(empty, empty.first!)).toEqual({ ids: [], next: undefined });
});

it('says what is wrong with a table', async () => {
  const table = fakeTable([1]);
  table.hasNulls = true;
  await expect(sourceOn(table)).rejects.toMatchObject({ code: 'KeyHasNulls', faultClass: 'permanent' });
  const none = { ...fakeTable([1]), query: () => Promise.resolve([]) };
  await expect(sourceOn(none)).rejects.toMatchObject({ code: 'NoSource' });
  const other = { ...fakeTable([1]), query: () => Promise.resolve([{ name: 'id', type: 'bigint' }]) };
  await expect(sourceOn(other)).rejects.toThrow('table shop.orders lacks name');
});

it('lets no key break out of its quotes', () => {
  expect(quoted(`a'b\\`)).toBe(`E'a''b\\\\'`);
});
