import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDuck, type Duck } from './duck.ts';
import { connectPostgres, type PostgresConnection } from './postgres-connection.ts';
import { postgresSink } from './postgres-sink.ts';
import type { RunState } from './run-state.ts';
import type { Sink } from './sink.ts';

let work: string;
let duck: Duck;
beforeEach(async () => {
  work = mkdtempSync(join(tmpdir(), 'muster-data-'));
  duck = await openDuck(
    { directories: [work], spill: work, memory: '128MB', threads: 1 },
    new AbortController().signal,
  );
});
afterEach(() => {
  duck.close();
  rmSync(work, { recursive: true, force: true });
});

/** As much of a database as the sink needs: what was committed, and what the open transaction adds. */
function fakeDatabase(): PostgresConnection & {
  readonly loaded: string[];
  readonly batches: Map<number, number>;
  dies: string;
} {
  const loaded: string[] = [];
  const batches = new Map<number, number>();
  let open: { lines: string[]; batch?: readonly [number, number] } = { lines: [] };
  return {
    loaded,
    batches,
    dies: '',
    query(statement, values = []) {
      const [verb = ''] = statement.split(' ');
      if (this.dies === verb) return Promise.reject(new Error(`died at ${verb}`));
      if (verb === 'BEGIN' || verb === 'ROLLBACK') open = { lines: [] };
      if (verb === 'INSERT') {
        const [, batch, , rows] = values as [string, number, string, number];
        if (batches.has(batch)) return Promise.resolve([]);
        open.batch = [batch, rows];
        return Promise.resolve([{ batch }]);
      }
      if (verb === 'COMMIT') {
        loaded.push(...open.lines);
        if (open.batch !== undefined) batches.set(...open.batch);
      }
      if (statement.includes('to_regclass')) return Promise.resolve([{ n: true }]);
      const known = [...batches].filter(([batch]) => batch < Number(values[1]));
      const n = known.reduce((sum, [, rows]) => sum + rows, 0);
      return Promise.resolve(verb === 'SELECT' ? [{ n: String(n) }] : []);
    },
    copyFrom(file) {
      open.lines.push(...readFileSync(file, 'utf8').split('\n').filter(Boolean));
      return this.dies === 'COPY' ? Promise.reject(new Error('died at COPY')) : Promise.resolve();
    },
    copyTo: () => Promise.reject(new Error('a sink reads nothing')),
    close: () => Promise.resolve(),
  };
}

const sinkOn = (database: PostgresConnection): Sink =>
  postgresSink({
    table: 'orders',
    columns: ['id', 'name'],
    runId: 'run-1',
    work,
    connect: () => Promise.resolve(database),
  });
const rows = "SELECT * FROM (VALUES (1, 'a'), (2, ''), (3, NULL)) t(id, name)";

const load = async (database: PostgresConnection, batch = 0): Promise<void> =>
  (await sinkOn(database).prepare(batch, rows, 3, duck)).publish();
const at = (batches: number, loaded: number): RunState => ({ batches, loaded }) as RunState;

it('writes a batch and its note in one transaction, and a batch that is there never again', async () => {
  const database = fakeDatabase();
  await load(database);
  await load(database);
  // No value and the empty text are two things, which COPY tells by the quotes.
  expect(database.loaded).toEqual(['1,a', '2,""', '3,']);
});

it('goes on only with the batches of its checkpoint, and one more that it had no time to note', async () => {
  const database = fakeDatabase();
  await load(database);
  await load(database, 1);
  await expect(sinkOn(database).begin(at(2, 6), false)).resolves.toBeUndefined();
  await expect(sinkOn(database).begin(at(1, 3), false)).resolves.toBeUndefined();
  await expect(sinkOn(database).begin(at(3, 9), false)).rejects.toMatchObject({ code: 'SinkGone' });
});

it('does not take the batches of another run with the same id for its own', async () => {
  const database = fakeDatabase();
  await load(database);
  await expect(sinkOn(database).begin(at(0, 0), false)).resolves.toBeUndefined();
  await expect(sinkOn(database).begin(at(0, 0), true)).rejects.toMatchObject({ code: 'RunTaken' });
});

it.each(['INSERT', 'COPY', 'COMMIT'])(
  'leaves nothing of a batch when the database dies at %s, and does it whole the next time',
  async (step) => {
    const database = fakeDatabase();
    database.dies = step;
    await expect(load(database)).rejects.toThrow(`died at ${step}`);
    expect([database.loaded, database.batches.size]).toEqual([[], 0]);
    database.dies = '';
    await load(database);
    expect(database.loaded).toHaveLength(3);
  },
);

it('takes the address from the environment, and never tells it', async () => {
  const { signal } = new AbortController();
  await expect(connectPostgres('NONE_POSTGRES_URL', signal)).rejects.toMatchObject({ code: 'NoPostgresUrl' });
  process.env['AWAY_POSTGRES_URL'] = 'postgres://me:secret@127.0.0.1:1/x';
  const away = connectPostgres('AWAY_POSTGRES_URL', signal);
  await expect(away).rejects.toMatchObject({ faultClass: 'transient', code: 'ECONNREFUSED' });
  await expect(away).rejects.not.toThrow('secret');
});
