import type { Table } from '@muster/agent';

/** What is made of a table, made again only when the table has changed. The same rows give the same value, so a handler stays pure. */
export function derivedFrom<R, V>(make: (table: Table<R>) => V): (table: Table<R>) => V {
  const made = new WeakMap<Table<R>, { readonly version: number; readonly value: V }>();
  return (table) => {
    const known = made.get(table);
    if (known?.version === table.version) return known.value;
    const value = make(table);
    made.set(table, { version: table.version, value });
    return value;
  };
}
