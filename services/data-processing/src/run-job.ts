import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Bus } from '@muster/bus';
import type { Job } from '@muster/jobs';
import type { DataRoot } from './data-root.ts';
import { openDuck, type Duck, type DuckOptions } from './duck.ts';
import { fileSink } from './file-sink.ts';
import { loadBatches } from './load-batches.ts';
import { meshBus } from './mesh-bus.ts';
import { openSource, type SourceSurroundings } from './open-source.ts';
import { connectPostgres, type PostgresConnection } from './postgres-connection.ts';
import { postgresSink } from './postgres-sink.ts';
import { refusal } from './refusal.ts';
import { runFolder, type RunFolder, type RunState } from './run-state.ts';
import type { Sink } from './sink.ts';
import type { Source } from './source.ts';
import { topicSink } from './topic-sink.ts';

export interface RunSurroundings {
  readonly root: DataRoot;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Limit of DuckDB's memory that no job exceeds, e.g. `1GB`. */
  readonly memory: string;
  readonly threads: number;
  /** About how much of a source is one batch, in bytes. A run keeps what it began with. */
  readonly batchBytes: number;
  /** A bus of the job's own, for topics. Default: to the mesh that the environment names. */
  readonly bus?: () => Bus;
  progress(done: number, total: number | null, message: string): void;
}

/** How a run opens what it works with; a simulation has another than {@link realWorkshop}. */
export interface Workshop {
  folder(root: DataRoot, runId: string): RunFolder;
  source(job: Job, around: SourceSurroundings): Promise<Source>;
  sink(job: Job, runId: string, folder: RunFolder, around: RunSurroundings): Sink;
  duck(options: DuckOptions, signal: AbortSignal): Promise<Duck>;
}

/** What became of a run. `read` is always `loaded` + `rejected`. */
export interface RunSummary {
  readonly runId: string;
  readonly job: string;
  /** PARTIAL: some rows were rejected, all others are loaded. */
  readonly status: 'COMPLETED' | 'PARTIAL';
  readonly read: number;
  readonly loaded: number;
  readonly rejected: number;
  readonly batches: number;
  readonly sink: string;
  readonly tookMs: number;
  /** It was interrupted, and went on from its checkpoint. */
  readonly isResumed: boolean;
}

/**
 * Runs a job to its end, from where its checkpoint is. A run is its id: the same id goes on with the same run, and a run that is done is not done again.
 * Throws a fault with a sentence; what was loaded until then stays, with its checkpoint.
 */
export async function runJob(
  job: Job,
  runId: string,
  around: RunSurroundings,
  workshop: Workshop = realWorkshop,
): Promise<RunSummary> {
  const { root, signal, now } = around;
  const folder = workshop.folder(root, runId);
  const fingerprint = createHash('sha256').update(JSON.stringify(job)).digest('hex');
  const before = folder.load();
  if (before !== undefined && before.fingerprint !== fingerprint)
    throw refusal('RunTaken', `${runId} is a run of ${before.job} ${before.version} as it was then: begin a new run`);
  if (before !== undefined && before.status !== 'RUNNING') return summaryOf(before, true);
  const batchBytes = before?.batchBytes ?? around.batchBytes;
  let duck: Duck | undefined;
  let source: Source | undefined;
  let sink: Sink | undefined;
  try {
    source = await workshop.source(job, {
      root,
      work: folder.work,
      batchBytes,
      duck: () => duck!,
      known: before?.files,
      signal,
      bus: around.bus ?? meshBus,
    });
    sink = workshop.sink(job, runId, folder, around);
    const state: RunState = before ?? {
      runId,
      job: job.name,
      version: job.version,
      fingerprint,
      status: 'RUNNING',
      startedAt: now(),
      updatedAt: now(),
      batches: 0,
      place: source.first ?? { file: 0, offset: 0 },
      row: 0,
      files: [...source.files],
      batchBytes,
      read: 0,
      loaded: 0,
      rejected: 0,
      parts: [],
      sink: sink.where,
    };
    mustBeSameFiles(state, source);
    folder.begin();
    await sink.begin(state, before === undefined);
    if (before === undefined) folder.save(state);
    const memory = smaller(job.memory, around.memory);
    duck = await workshop.duck(
      {
        directories: [folder.work, ...source.directories, ...sink.directories],
        spill: folder.work,
        memory,
        threads: around.threads,
        // A lane holds a batch as text and as a table, and there is more than that.
        lanes: around.threads > 1 && bytesOf(memory) >= 16 * batchBytes ? 2 : 1,
      },
      signal,
    );
    const { lanes } = duck;
    const { progress } = around;
    const done = await loadBatches({ job, state, source, sink, lanes, folder, signal, now, progress });
    await sink.finish(done);
    const ended: RunState = { ...done, status: done.rejected > 0 ? 'PARTIAL' : 'COMPLETED', updatedAt: now() };
    folder.save(ended);
    return summaryOf(ended, before !== undefined);
  } finally {
    duck?.close();
    await source?.close();
    await sink?.close();
    folder.end();
  }
}

function openSink({ sink, columns }: Job, runId: string, folder: RunFolder, around: RunSurroundings): Sink {
  const { root, signal, now } = around;
  const { work } = folder;
  for (const kind of ['csv', 'jsonLines', 'parquet'] as const) {
    const path = sink[kind];
    if (path !== undefined) return fileSink(kind, path, runId, root);
  }
  const { postgres, topic } = sink;
  if (topic !== undefined) {
    const bus = (around.bus ?? meshBus)();
    const noteFile = join(folder.directory, 'published.json');
    return topicSink({ topic, columns: Object.keys(columns), runId, work, noteFile, bus, now, signal });
  }
  if (postgres === undefined) throw refusal('NoSink', 'the job names no sink');
  const connect = (): Promise<PostgresConnection> => connectPostgres(postgres.url, signal);
  return postgresSink({ table: postgres.table, columns: Object.keys(columns), runId, work, connect });
}

/** Files, tables and topics, and DuckDB. */
export const realWorkshop: Workshop = { folder: runFolder, source: openSource, sink: openSink, duck: openDuck };

/** Batches of a run are only the same while its files are. */
function mustBeSameFiles(state: RunState, source: Source): void {
  const now = JSON.stringify(source.files);
  if (JSON.stringify(state.files) !== now)
    throw refusal(
      'SourceChanged',
      'the files of the source are no longer those that the run began with: begin a new run, with another folder for its sink',
    );
}

export function smaller(wanted: string | undefined, limit: string): string {
  return wanted !== undefined && bytesOf(wanted) < bytesOf(limit) ? wanted : limit;
}

function bytesOf(memory: string): number {
  return Number.parseInt(memory, 10) * (memory.endsWith('GB') ? 1e9 : 1e6);
}

function summaryOf(state: RunState, isResumed: boolean): RunSummary {
  const { runId, job, status, read, loaded, rejected, batches, sink, startedAt, updatedAt } = state;
  const ended = status === 'RUNNING' ? 'PARTIAL' : status;
  return { runId, job, status: ended, read, loaded, rejected, batches, sink, tookMs: updatedAt - startedAt, isResumed };
}
