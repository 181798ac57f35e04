import { dirname, relative } from 'node:path';
import type { JobColumns, JobSource } from '@muster/jobs';
import { columnRules } from './column-rules.ts';
import type { DataRoot } from './data-root.ts';
import { id, text, type Duck } from './duck.ts';
import { refusal } from './refusal.ts';
import type { Source } from './source.ts';
import { mustBeSame, sourceFileAt } from './text-source.ts';

export interface ParquetSourceOptions {
  readonly source: JobSource;
  readonly columns: JobColumns;
  readonly root: DataRoot;
  readonly batchBytes: number;
  /** Asked only when a batch is read. */
  readonly duck: () => Duck;
}

/** Parquet: a batch is a range of rows. */
export function parquetSource({ source, columns, root, batchBytes, duck }: ParquetSourceOptions): Source {
  const paths = root.files(source.parquet ?? '');
  const files = paths.map(sourceFileAt);
  const before = files.map((_, index) => files.slice(0, index).reduce((sum, { bytes }) => sum + bytes, 0));
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const counts = new Map<number, number>();
  const rowsOf = async (index: number, path: string, name: string): Promise<number> => {
    const known = counts.get(index);
    if (known !== undefined) return known;
    const present = (await duck().rows(`DESCRIBE SELECT * FROM read_parquet(${text(path)})`)).map(
      (row) => row['column_name'],
    );
    const missing = Object.entries(columns)
      .map(([column, { from = column }]) => from)
      .filter((from) => !present.includes(from));
    if (missing.length > 0) throw refusal('HeaderMismatch', `${name} lacks ${missing.join(', ')}`);
    const count = await duck().count(`SELECT count(*) FROM read_parquet(${text(path)})`);
    counts.set(index, count);
    return count;
  };
  return {
    files,
    directories: [...new Set(paths.map((path) => dirname(path)))],
    total,
    doneAt: ({ file, offset }) =>
      (before[file] ?? total) + ((files[file]?.bytes ?? 0) * offset) / Math.max(1, counts.get(file) ?? 1),
    close: () => Promise.resolve(),
    async read({ file, offset }) {
      const path = paths[file] ?? '';
      const name = relative(root.directory, path);
      mustBeSame(files[file], path, name);
      const rows = await rowsOf(file, path, name);
      // As many rows as would be about that long as text.
      const size = Math.max(1, Math.floor(batchBytes / (8 * Object.keys(columns).length)));
      const next = offset + size >= rows ? { file: file + 1, offset: 0 } : { file, offset: offset + size };
      return {
        rules: columnRules(columns, (from) => `CAST(${id(from)} AS VARCHAR)`),
        relation: `(SELECT * FROM read_parquet(${text(path)}, file_row_number = true) WHERE file_row_number >= ${offset} AND file_row_number < ${offset + size})`,
        name,
        taken: [],
        hasParseRejects: false,
        next: next.file < files.length ? next : undefined,
      };
    },
  };
}
