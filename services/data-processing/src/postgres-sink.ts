import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from './duck.ts';
import type { PostgresConnection } from './postgres-connection.ts';
import { refusal } from './refusal.ts';
import type { RunState } from './run-state.ts';
import type { Sink } from './sink.ts';

export interface PostgresSinkOptions {
  readonly table: string;
  readonly columns: readonly string[];
  readonly runId: string;
  readonly work: string;
  /** Opened at the first use. */
  readonly connect: () => Promise<PostgresConnection>;
}

/** Which batches of which runs are in the database, kept in the database itself. */
const ledger = 'muster_batches';
/** Of all who make the ledger one is first: the name of an advisory lock. */
const ledgerLock = 0x6d75_7374;

/**
 * A table. The rows of a batch and the note that it is there are one transaction: whoever does the batch again finds the note and leaves the table alone,
 * also when two do it at once. Throws faults of the connection; a row that the table refuses fails its batch.
 */
export function postgresSink({ table, columns, runId, work, connect }: PostgresSinkOptions): Sink {
  let opened: Promise<PostgresConnection> | undefined;
  const database = (): Promise<PostgresConnection> => (opened ??= connect());

  return {
    where: `table ${table}`,
    directories: [],
    async begin({ batches, loaded }, isNew) {
      const connection = await database();
      await makeLedger(connection);
      const rows = await notedBefore(connection, batches);
      if (rows < loaded)
        throw refusal(
          'SinkGone',
          `${ledger} knows of ${rows} rows of run ${runId}, and ${loaded} were loaded: is it another database? Begin a new run`,
        );
      if (isNew && (await notedBefore(connection, Infinity)) > 0)
        throw refusal(
          'RunTaken',
          `${ledger} knows a run ${runId} that began elsewhere: its batches would be taken for those of this one. Begin a run with another id`,
        );
    },
    async prepare(batch, query, rows, duck) {
      const file = join(work, `sink-${batch}.csv`);
      await duck.run(`COPY (${query}) TO ${text(file)} (FORMAT csv, HEADER false)`);
      return {
        name: `batch-${String(batch).padStart(6, '0')}`,
        async publish() {
          await append(await database(), file, batch, rows);
          rmSync(file, { force: true });
        },
      };
    },
    async finish({ batches, loaded }: RunState) {
      const rows = await notedBefore(await database(), batches);
      if (rows < loaded)
        throw refusal('SinkGone', `${ledger} knows of ${rows} rows of run ${runId}, and ${loaded} were loaded`);
    },
    close: async () => (await opened?.catch(() => undefined))?.close(),
  };

  async function notedBefore(connection: PostgresConnection, batch: number): Promise<number> {
    const [row] = await connection.query(
      `SELECT coalesce(sum(row_count), 0) AS n FROM ${ledger} WHERE run_id = $1 AND batch < $2`,
      [runId, Math.min(batch, 2 ** 31 - 1)],
    );
    return Number(row?.['n'] ?? 0);
  }

  async function append(connection: PostgresConnection, file: string, batch: number, rows: number): Promise<void> {
    await connection.query('BEGIN');
    try {
      const added = await connection.query(
        `INSERT INTO ${ledger} (run_id, batch, table_name, row_count) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING batch`,
        [runId, batch, table, rows],
      );
      if (added.length > 0) await connection.copyFrom(file, table, columns);
      await connection.query('COMMIT');
    } catch (error) {
      await connection.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}

/** Makes the ledger where it is not there; only then the right to do so is needed. */
async function makeLedger(connection: PostgresConnection): Promise<void> {
  const [there] = await connection.query(`SELECT to_regclass('${ledger}') IS NOT NULL AS n`);
  if (there?.['n'] === true) return;
  await connection.query('BEGIN');
  try {
    await connection.query(`SELECT pg_advisory_xact_lock(${ledgerLock})`);
    await connection.query(
      `CREATE TABLE IF NOT EXISTS ${ledger} (run_id text NOT NULL, batch integer NOT NULL, table_name text NOT NULL, row_count bigint NOT NULL, loaded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (run_id, batch))`,
    );
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
