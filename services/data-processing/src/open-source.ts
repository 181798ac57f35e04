import type { Bus } from '@muster/bus';
import type { JobColumns, JobSource } from '@muster/jobs';
import type { DataRoot } from './data-root.ts';
import type { Duck } from './duck.ts';
import { parquetSource } from './parquet-source.ts';
import { connectPostgres } from './postgres-connection.ts';
import { postgresSource } from './postgres-source.ts';
import type { SourcePart } from './run-state.ts';
import type { Source } from './source.ts';
import { textSource } from './text-source.ts';
import { topicSource } from './topic-source.ts';

export interface SourceSurroundings {
  readonly root: DataRoot;
  readonly work: string;
  readonly batchBytes: number;
  readonly duck: () => Duck;
  /** What the run began with, if it has begun. */
  readonly known: readonly SourcePart[] | undefined;
  readonly signal: AbortSignal;
  bus(): Bus;
}

/** Rejects with PermanentError, with a sentence, when a source is not there. */
export async function openSource(
  { source, columns }: { readonly source: JobSource; readonly columns: JobColumns },
  { root, work, batchBytes, duck, known, signal, bus: openBus }: SourceSurroundings,
): Promise<Source> {
  const { parquet, postgres, topic, since, until } = source;
  if (parquet !== undefined) return parquetSource({ source, columns, root, batchBytes, duck });
  if (postgres !== undefined) {
    const connection = await connectPostgres(postgres.url, signal);
    return orClose(connection, () =>
      postgresSource({ source: postgres, columns, work, batchBytes, known, connection }),
    );
  }
  if (topic !== undefined) {
    const bus = openBus();
    const range = { topic, ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
    return orClose({ close: () => bus.close(5_000) }, () =>
      topicSource({ source: range, columns, work, batchBytes, known, bus, signal }),
    );
  }
  return textSource({ source, columns, root, work, batchBytes });
}

/** What was opened for a source that can't be read is closed. */
async function orClose<T>(opened: { close(): Promise<void> }, begin: () => Promise<T>): Promise<T> {
  try {
    return await begin();
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
}
