import { join } from 'node:path';
import { text, type Duck } from './duck.ts';
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

/**
 * A table. The rows of a batch and the note that it is there are one transaction: whoever does the batch again finds the note and leaves the table alone,
 * also when two do it at once. Throws faults of the connection; a row that the table refuses fails its batch.
 */
export function postgresSink({ table, columns, runId, work, connect }: PostgresSinkOptions): Sink {
  let opened: Promise<PostgresConnection> | undefined;
  const database = (): Promise<PostgresConnection> =>
    (opened ??= connect().then(async (connection) => {
      await connection.query(
        `CREATE TABLE IF NOT EXISTS ${ledger} (run_id text NOT NULL, batch integer NOT NULL, table_name text NOT NULL, row_count bigint NOT NULL, loaded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (run_id, batch))`,
      );
      return connection;
    }));
  const noted = async (): Promise<number> => {
    const [row] = await (
      await database()
    ).query(`SELECT coalesce(sum(row_count), 0) AS n FROM ${ledger} WHERE run_id = $1`, [runId]);
    return Number(row?.['n'] ?? 0);
  };
  return {
    where: `table ${table}`,
    directories: [],
    async write(batch, query, rows, duck: Duck) {
      if (rows === 0) return undefined;
      const file = join(work, 'sink.csv');
      await duck.run(`COPY (${query}) TO ${text(file)} (FORMAT csv, HEADER false)`);
      const connection = await database();
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
      return `batch-${String(batch).padStart(6, '0')}`;
    },
    async finish(state) {
      await mustBeNoted(state);
    },
    async check(state) {
      await mustBeNoted(state);
    },
    close: async () => (await opened?.catch(() => undefined))?.close(),
  };

  async function mustBeNoted({ loaded }: RunState): Promise<void> {
    const rows = await noted();
    // One batch more than the checkpoint knows may be there.
    if (rows < loaded)
      throw refusal(
        'SinkGone',
        `${ledger} knows of ${rows} rows of run ${runId}, and ${loaded} were loaded: is it another database? Begin a new run`,
      );
  }
}
