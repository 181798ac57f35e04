import { join } from 'node:path';
import type { JobColumns, JobSource } from '@muster/jobs';
import { columnRules } from './column-rules.ts';
import { id, text } from './duck.ts';
import { quoted, tableId, type PostgresConnection } from './postgres-connection.ts';
import { refusal } from './refusal.ts';
import { readerOptions } from './rejected-rows.ts';
import type { Place, SourcePart } from './run-state.ts';
import type { Source } from './source.ts';

export interface PostgresSourceOptions {
  readonly source: NonNullable<JobSource['postgres']>;
  readonly columns: JobColumns;
  /** A folder for the pieces that DuckDB reads. */
  readonly work: string;
  readonly batchBytes: number;
  /** What the run began with. */
  readonly known: readonly SourcePart[] | undefined;
  readonly connection: PostgresConnection;
}

/**
 * A table, read in the order of its key. A batch is a range of keys whose end is in the checkpoint before the batch begins, and so is the last key of the
 * run: whatever happens to the table meanwhile, a batch that is done again is the same range, and no row that stays as it is is missing or twice.
 */
export async function postgresSource(options: PostgresSourceOptions): Promise<Source> {
  const { source, columns, work, batchBytes, known, connection } = options;
  const table = tableId(source.table);
  const key = id(source.key);
  const name = `table ${source.table}`;
  const names = Object.entries(columns).map(([column, { from = column }]) => from);
  const type = await keyType(options, names);
  const isIn = (after: string | undefined, through: string): string =>
    `${after === undefined ? '' : `${key} > ${quoted(after)}::${type} AND `}${key} <= ${quoted(through)}::${type}`;
  const keyOf = async (rest: string): Promise<string | undefined> => {
    const [row] = await connection.query(`SELECT ${key}::text AS key FROM ${table} ${rest}`);
    return row?.['key'] as string | undefined;
  };
  const part = known?.find((each) => 'table' in each) ?? {
    table: source.table,
    through: (await keyOf(`ORDER BY ${key} DESC LIMIT 1`)) ?? null,
  };
  const last = part.through;
  // As many rows as would be about that long as text.
  const size = Math.max(1, Math.floor(batchBytes / (32 * names.length)));
  const placeAfter = async (after: string | undefined, offset: number, through: string): Promise<Place> => {
    const end = await keyOf(`WHERE ${isIn(after, through)} ORDER BY ${key} OFFSET ${size - 1} LIMIT 1`);
    return { file: 0, offset, ...(after !== undefined && { after }), through: end ?? through };
  };
  return {
    files: [part],
    // Of an empty table there is one batch, of nothing.
    first: last === null || known !== undefined ? { file: 0, offset: 0 } : await placeAfter(undefined, 0, last),
    directories: [],
    total: null,
    doneAt: ({ offset }) => offset,
    close: () => connection.close(),
    async read({ offset, after, through }, slot) {
      const piece = join(work, `piece-${slot}.csv`);
      const values = names.map((each) => `${id(each)}::text`).join(', ');
      await connection.copyTo(
        `SELECT ${values} FROM ${table} WHERE ${through === undefined ? 'false' : isIn(after, through)} ORDER BY ${key}`,
        piece,
      );
      const declared = names.map((_, at) => `'c${at}': 'VARCHAR'`).join(', ');
      return {
        rules: columnRules(columns, (from) => `c${names.indexOf(from)}`),
        // No value and the empty text are two things, which COPY tells by the quotes.
        relation: `read_csv(${text(piece)}, header = false, columns = {${declared}}, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, ${readerOptions})`,
        name,
        taken: [],
        hasParseRejects: true,
        next:
          through === undefined || last === null || through === last
            ? undefined
            : await placeAfter(through, offset + size, last),
      };
    },
  };
}

/** The type of the key, as SQL. Throws PermanentError on a table that is not as the job says. */
async function keyType({ source, connection }: PostgresSourceOptions, names: readonly string[]): Promise<string> {
  const { table, key, url } = source;
  const found = await connection.query(
    'SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped',
    [tableId(table)],
  );
  if (found.length === 0)
    throw refusal('NoSource', `the database of ${url} has no table ${table}, or none this user may see`);
  const missing = names.filter((name) => !found.some((column) => column['name'] === name));
  if (missing.length > 0) throw refusal('HeaderMismatch', `table ${table} lacks ${missing.slice(0, 5).join(', ')}`);
  const type = found.find((column) => column['name'] === key)?.['type'];
  if (typeof type !== 'string')
    throw refusal('HeaderMismatch', `table ${table} has no column ${key}, which is to be its key`);
  const nulls = await connection.query(`SELECT 1 FROM ${tableId(table)} WHERE ${id(key)} IS NULL LIMIT 1`);
  if (nulls.length > 0)
    throw refusal(
      'KeyHasNulls',
      `${key} of table ${table} is null in some rows, which would never be read: name a key without nulls`,
    );
  return type;
}
