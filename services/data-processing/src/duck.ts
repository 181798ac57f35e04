import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { refusal } from './refusal.ts';

export interface DuckOptions {
  /** The only directories DuckDB can read or write in. */
  readonly directories: readonly string[];
  /** Where it puts what does not fit into memory; one of `directories`, or below. */
  readonly spill: string;
  /** Of all lanes together. */
  readonly memory: string;
  /** Of all lanes together; each has at least the one it is called on. */
  readonly threads: number;
  /** How many statements run side by side, beside those of the main connection. Default none. */
  readonly lanes?: number;
}

/** A connection: one statement at a time, with temporary tables of its own. */
export interface DuckLane {
  run(statement: string): Promise<void>;
  /** Rows as plain values: big integers as text. */
  rows(query: string): Promise<Record<string, unknown>[]>;
  /** One number out of one row. */
  count(query: string): Promise<number>;
}

/** It is a connection too, beside those of `lanes`. */
export interface Duck extends DuckLane {
  readonly lanes: readonly DuckLane[];
  close(): void;
}

/**
 * A DuckDB in memory of this process. It can reach no file but below `directories`, loads no extension and no network, and nothing of that can be
 * changed by a statement. `signal` interrupts what runs.
 */
export async function openDuck(
  { directories, spill, memory, threads, lanes = 0 }: DuckOptions,
  signal: AbortSignal,
): Promise<Duck> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(Math.max(1, threads - Math.max(0, lanes - 1))),
    memory_limit: memory,
  });
  const connection = await instance.connect();
  const laneConnections: DuckDBConnection[] = [];
  for (let lane = 0; lane < lanes; lane += 1) laneConnections.push(await instance.connect());
  const all = [connection, ...laneConnections];
  let interrupting: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    const each = (): void => all.forEach((one) => one.interrupt());
    each();
    // One that comes before a statement has quite begun is lost.
    interrupting = setInterval(each, 50);
  };
  for (const each of all) await each.run("SET TimeZone = 'UTC'");
  for (const setting of [
    `temp_directory = ${text(spill)}`,
    `allowed_directories = [${directories.map((each) => text(`${each}/`)).join(', ')}]`,
    'autoinstall_known_extensions = false',
    'autoload_known_extensions = false',
    'allow_community_extensions = false',
    'preserve_insertion_order = true',
    'enable_external_access = false',
    'lock_configuration = true',
  ])
    await connection.run(`SET ${setting}`);
  signal.addEventListener('abort', interrupt, { once: true });
  return {
    ...laneOf(connection, memory, signal),
    lanes: laneConnections.map((each) => laneOf(each, memory, signal)),
    close() {
      signal.removeEventListener('abort', interrupt);
      clearInterval(interrupting);
      for (const each of all) each.closeSync();
      instance.closeSync();
    },
  };
}

function laneOf(connection: DuckDBConnection, memory: string, signal: AbortSignal): DuckLane {
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      throw duckFault(error, memory);
    }
  };
  const rows = (query: string): Promise<Record<string, unknown>[]> =>
    guarded(async () => (await connection.runAndReadAll(query)).getRowObjectsJson() as Record<string, unknown>[]);
  return {
    run: (statement) => guarded(async () => void (await connection.run(statement))),
    rows,
    async count(query) {
      const [row] = await rows(query);
      return Number(Object.values(row ?? {})[0] ?? 0);
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
