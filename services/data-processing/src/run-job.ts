import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import type { Job } from '@muster/jobs';
import type { DataRoot } from './data-root.ts';
import { openDuck, type Duck } from './duck.ts';
import { fileSink } from './file-sink.ts';
import { openSource } from './open-source.ts';
import { connectPostgres, type PostgresConnection } from './postgres-connection.ts';
import { postgresSink } from './postgres-sink.ts';
import { refusal } from './refusal.ts';
import { rejectedIn } from './rejected-rows.ts';
import { runFolder, type Place, type RunFolder, type RunState } from './run-state.ts';
import type { Sink } from './sink.ts';
import type { Batch, Source } from './source.ts';

export interface RunSurroundings {
  readonly root: DataRoot;
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Limit of DuckDB's memory that no job exceeds, e.g. `1GB`. */
  readonly memory: string;
  readonly threads: number;
  /** About how much of a source is one batch, in bytes. A run keeps what it began with. */
  readonly batchBytes: number;
  progress(done: number, total: number | null, message: string): void;
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
export async function runJob(job: Job, runId: string, around: RunSurroundings): Promise<RunSummary> {
  const { root, signal, now } = around;
  const folder = runFolder(root, runId, true);
  const fingerprint = createHash('sha256').update(JSON.stringify(job)).digest('hex');
  const before = folder.load();
  if (before !== undefined && before.fingerprint !== fingerprint)
    throw refusal('RunTaken', `${runId} is a run of ${before.job} ${before.version} as it was then: begin a new run`);
  if (before !== undefined && before.status !== 'RUNNING') return summaryOf(before, true);
  mkdirSync(folder.work, { recursive: true });
  let duck: Duck | undefined;
  const batchBytes = before?.batchBytes ?? around.batchBytes;
  const source = openSource(job, { root, work: folder.work, batchBytes, duck: () => duck! });
  let sink: Sink | undefined;
  try {
    sink = openSink(job, runId, folder.work, around);
    const state: RunState = before ?? {
      runId,
      job: job.name,
      version: job.version,
      fingerprint,
      status: 'RUNNING',
      startedAt: now(),
      updatedAt: now(),
      batches: 0,
      place: { file: 0, offset: 0 },
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
    if (before === undefined) folder.save(state);
    else await sink.check(state);
    duck = await openDuck(
      {
        directories: [folder.work, ...source.directories, ...sink.directories],
        spill: folder.work,
        memory: smaller(job.memory, around.memory),
        threads: around.threads,
      },
      signal,
    );
    const done = await loadAll({ job, state, source, sink, duck, folder, around });
    await sink.finish(done);
    const ended: RunState = { ...done, status: done.rejected > 0 ? 'PARTIAL' : 'COMPLETED', updatedAt: now() };
    folder.save(ended);
    rmSync(folder.work, { recursive: true, force: true });
    return summaryOf(ended, before !== undefined);
  } finally {
    duck?.close();
    await source.close();
    await sink?.close();
  }
}

interface Loading {
  readonly job: Job;
  readonly state: RunState;
  readonly source: Source;
  readonly sink: Sink;
  readonly duck: Duck;
  readonly folder: RunFolder;
  readonly around: RunSurroundings;
}

async function loadAll({ job, state: first, source, sink, duck, folder, around }: Loading): Promise<RunState> {
  const { signal, now, progress } = around;
  let state = first;
  const ahead = (place: Place | null, batch: number): Promise<Batch> | undefined => {
    const reading = place === null ? undefined : source.read(place, batch % 2);
    // It is awaited in its turn; until then nobody hears it fail.
    reading?.catch(() => undefined);
    return reading;
  };
  let reading = ahead(state.place, state.batches);
  while (reading !== undefined && state.place !== null) {
    signal.throwIfAborted();
    const number = state.batches;
    const batch = await reading;
    // Text is cut while DuckDB works on the batch before.
    const place = batch.next ?? null;
    reading = ahead(place, number + 1);
    const { part, loaded, rejects, read } = await loadBatch(batch, number, state.row, { sink, duck });
    const rejected = state.rejected + rejects.length;
    folder.saveRejects(number, rejects);
    state = {
      ...state,
      updatedAt: now(),
      batches: number + 1,
      place,
      row: place?.file === state.place?.file ? state.row + read : 0,
      read: state.read + read,
      loaded: state.loaded + loaded,
      rejected,
      parts: part === undefined ? state.parts : [...state.parts, { name: part, rows: loaded }],
    };
    folder.save(state);
    if (rejected > (job.mostRejects ?? Infinity))
      throw refusal(
        'TooManyRejects',
        `${rejected} of ${state.read} rows were rejected, and the job allows ${job.mostRejects}; muster job rejects ${state.runId} shows them`,
      );
    const total = source.total;
    const done = place === null ? (total ?? state.read) : Math.round(source.doneAt(place));
    progress(done, total, `${state.loaded} rows loaded, ${rejected} rejected`);
  }
  return state;
}

interface LoadedBatch {
  readonly part: string | undefined;
  readonly read: number;
  readonly loaded: number;
  /** As JSON lines. */
  readonly rejects: readonly string[];
}

async function loadBatch(
  batch: Batch,
  number: number,
  firstRow: number,
  { sink, duck }: { readonly sink: Sink; readonly duck: Duck },
): Promise<LoadedBatch> {
  await stage(batch, duck);
  const loaded = await duck.count('SELECT count(*) FROM checked WHERE fault = 0');
  const rejects = await rejectedIn(batch, firstRow, duck);
  const columns = batch.rules.names.map((name) => `"${name}"`).join(', ');
  const part = await sink.write(number, `SELECT ${columns} FROM checked WHERE fault = 0`, loaded, duck);
  return { part, loaded, rejects, read: loaded + rejects.length };
}

/** Makes the table `checked` of a batch: values, the rule that was broken, and the row as it was. */
export async function stage(batch: Batch, duck: Duck): Promise<void> {
  await duck.run('DROP TABLE IF EXISTS parse_rejects');
  await duck.run('DROP TABLE IF EXISTS parse_scans');
  await duck.run(`CREATE OR REPLACE TEMP TABLE checked AS ${batch.rules.checked(batch.relation)}`);
}

function openSink({ sink, columns }: Job, runId: string, work: string, { root, signal }: RunSurroundings): Sink {
  for (const kind of ['csv', 'jsonLines', 'parquet'] as const) {
    const path = sink[kind];
    if (path !== undefined) return fileSink(kind, path, runId, root);
  }
  const { postgres } = sink;
  if (postgres === undefined) throw refusal('NoSink', 'the job names no sink');
  const connect = (): Promise<PostgresConnection> => connectPostgres(postgres.url, signal);
  return postgresSink({ table: postgres.table, columns: Object.keys(columns), runId, work, connect });
}

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
