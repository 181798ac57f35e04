import type { JobColumns, JobSource } from '@muster/jobs';
import type { DataRoot } from './data-root.ts';
import type { Duck } from './duck.ts';
import { parquetSource } from './parquet-source.ts';
import type { Source } from './source.ts';
import { textSource } from './text-source.ts';

export interface SourceSurroundings {
  readonly root: DataRoot;
  readonly work: string;
  readonly batchBytes: number;
  readonly duck: () => Duck;
}

/** Throws PermanentError with a sentence when a source is not there. */
export function openSource(
  { source, columns }: { readonly source: JobSource; readonly columns: JobColumns },
  { root, work, batchBytes, duck }: SourceSurroundings,
): Source {
  if (source.parquet !== undefined) return parquetSource({ source, columns, root, batchBytes, duck });
  return textSource({ source, columns, root, work, batchBytes });
}
