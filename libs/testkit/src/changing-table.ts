import type { Table } from '@muster/agent';

/** A table that a test changes, as its topic would. */
export interface ChangingTable<R> extends Table<R> {
  put(row: R): void;
  remove(key: string): void;
}

/** A table of rows by their keys, for handlers that are called without a mesh. */
export function tableOf<R>(keyed: (row: R) => string, ...first: readonly R[]): ChangingTable<R> {
  const rows = new Map(first.map((row) => [keyed(row), row]));
  let version = 0;
  return {
    get: (key) => rows.get(key),
    values: () => rows.values(),
    get size() {
      return rows.size;
    },
    get version() {
      return version;
    },
    put(row) {
      rows.set(keyed(row), row);
      version += 1;
    },
    remove(key) {
      rows.delete(key);
      version += 1;
    },
  };
}
