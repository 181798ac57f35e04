import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { postgresClient, type PostgresClient } from '@muster/postgres';
import type { PermanentError } from '@muster/resilience';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { id } from './duck.ts';
import { interruption, refusal } from './refusal.ts';

/** The little that is needed of a database. Failures are faults: PermanentError where the database refuses, TransientError where it is away. */
export interface PostgresConnection {
  query(statement: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Appends a CSV file without header to a table. */
  copyFrom(file: string, table: string, columns: readonly string[]): Promise<void>;
  /** Writes what a query yields into a CSV file without header. */
  copyTo(query: string, file: string): Promise<void>;
  close(): Promise<void>;
}

const connectWithinMs = 10_000;

/** Connects to the database whose address is in a variable of the environment. The address is never told. */
export async function connectPostgres(variable: string, signal: AbortSignal): Promise<PostgresConnection> {
  const address = process.env[variable];
  if (address === undefined || address === '')
    throw refusal(
      'NoPostgresUrl',
      `the environment of the agent has no ${variable}: set it to the address of the database`,
    );
  let client: PostgresClient;
  try {
    client = postgresClient({ address, applicationName: 'muster-data-processing', connectWithinMs });
  } catch {
    throw refusal('BadPostgresUrl', `${variable} is no address: write postgres://user:password@host:5432/database`);
  }
  const asFault = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      signal.throwIfAborted();
      throw postgresFault(error, variable);
    }
  };
  const abort = (): void => void client.end().catch(() => undefined);
  await asFault(client.connect());
  signal.addEventListener('abort', abort, { once: true });
  return {
    query: async (statement, values = []) => {
      const { rows } = await asFault(client.query<Record<string, unknown>>(statement, [...values]));
      return rows;
    },
    copyFrom: (file, table, columns) => {
      const into = `COPY ${tableId(table)} (${columns.map(id).join(', ')}) FROM STDIN (FORMAT csv)`;
      return asFault(pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), client.query(copyFrom(into))));
    },
    copyTo: (query, file) =>
      asFault(pipeline(client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT csv)`)), createWriteStream(file))),
    close: async () => {
      signal.removeEventListener('abort', abort);
      await client.end().catch(() => undefined);
    },
  };
}

/** Classes of SQLSTATE that the same statement meets again: data, constraints, sign-on, names and rights. */
const lasting = /^(0A|22|23|28|3D|3F|42)/;

function postgresFault(error: unknown, variable: string): PermanentError | Error {
  const { code = 'PostgresFailed', message, detail } = error as { code?: string; message: string; detail?: string };
  const sentence = `the database of ${variable} says: ${message}${detail === undefined ? '' : ` (${detail})`}`;
  return lasting.test(code) ? refusal(`Postgres${code}`, sentence) : interruption(code, sentence);
}

/** `table` or `schema.table` as SQL. */
export function tableId(table: string): string {
  return table.split('.').map(id).join('.');
}

/** A text as a literal of PostgreSQL, whatever its settings say of backslashes. */
export function quoted(value: string): string {
  return `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
