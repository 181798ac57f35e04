import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { refusal } from './refusal.ts';

export interface DuckOptions {
  /** The only directories DuckDB can read or write in. */
  readonly directories: readonly string[];
  /** Where it puts what does not fit into memory; one of `directories`, or below. */
  readonly spill: string;
  readonly memory: string;
  readonly threads: number;
}

export interface Duck {
  run(statement: string): Promise<void>;
  /** Rows as plain values: big integers as text. */
  rows(query: string): Promise<Record<string, unknown>[]>;
  /** One number out of one row. */
  count(query: string): Promise<number>;
  close(): void;
}

/**
 * A DuckDB in memory of this process. It can reach no file but below `directories`, loads no extension and no network, and nothing of that can be
 * changed by a statement. `signal` interrupts what runs.
 */
export async function openDuck(
  { directories, spill, memory, threads }: DuckOptions,
  signal: AbortSignal,
): Promise<Duck> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads), memory_limit: memory });
  const connection = await instance.connect();
  let interrupting: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    connection.interrupt();
    // One that comes before a statement has quite begun is lost.
    interrupting = setInterval(() => connection.interrupt(), 50);
  };
  for (const setting of [
    `temp_directory = ${text(spill)}`,
    `allowed_directories = [${directories.map((each) => text(`${each}/`)).join(', ')}]`,
    'autoinstall_known_extensions = false',
    'autoload_known_extensions = false',
    'allow_community_extensions = false',
    'preserve_insertion_order = true',
    "TimeZone = 'UTC'",
    'enable_external_access = false',
    'lock_configuration = true',
  ])
    await connection.run(`SET ${setting}`);
  signal.addEventListener('abort', interrupt, { once: true });
  const guarded = async <T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    try {
      return await work(connection);
    } catch (error) {
      signal.throwIfAborted();
      throw duckFault(error, memory);
    }
  };
  const rows = (query: string): Promise<Record<string, unknown>[]> =>
    guarded(async (each) => (await each.runAndReadAll(query)).getRowObjectsJson() as Record<string, unknown>[]);
  return {
    run: (statement) => guarded(async (each) => void (await each.run(statement))),
    rows,
    async count(query) {
      const [row] = await rows(query);
      return Number(Object.values(row ?? {})[0] ?? 0);
    },
    close() {
      signal.removeEventListener('abort', interrupt);
      clearInterval(interrupting);
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function duckFault(error: unknown, memory: string): Error {
  const message = error instanceof Error ? error.message : String(error);
  const [line = message] = message.split('\n');
  if (line.startsWith('Out of Memory'))
    return refusal('MemoryLimit', `${memory} of memory are not enough: raise memory. DuckDB says: ${line}`);
  if (/No space left|IO Error/.test(line)) return Object.assign(new Error(line), { code: 'FileFailed' });
  return Object.assign(new Error(line), { code: 'DuckDB' });
}

/** A text as a literal of SQL. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** A name as an identifier of SQL. */
export function id(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
