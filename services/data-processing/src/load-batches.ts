/** The batches of a run: read in turn, worked on side by side, published and noted in turn. */
import type { Job } from '@muster/jobs';
import type { DuckLane } from './duck.ts';
import { refusal } from './refusal.ts';
import { rejectLines, rejectedIn, type BatchReject } from './rejected-rows.ts';
import type { Place, RunFolder, RunState } from './run-state.ts';
import type { PreparedPart, Sink } from './sink.ts';
import type { Batch, Source } from './source.ts';

export interface Loading {
  readonly job: Job;
  readonly state: RunState;
  readonly source: Source;
  readonly sink: Sink;
  /** As many batches are worked on at once. */
  readonly lanes: readonly DuckLane[];
  readonly folder: RunFolder;
  readonly signal: AbortSignal;
  readonly now: () => number;
  progress(done: number, total: number | null, message: string): void;
}

interface PreparedBatch {
  readonly part: PreparedPart | undefined;
  readonly loaded: number;
  readonly rejected: readonly BatchReject[];
}

interface Taken {
  /** When this is settled, the lane is free. */
  readonly prepared: Promise<unknown>;
  readonly noted: Promise<void>;
}

/**
 * Loads what lies after the checkpoint, and answers with the last one. Of each batch the part is published, then the checkpoint says so: after a crash between
 * the two the batch is done again, which the sink takes as one. Throws the first fault, after all work has ended.
 */
export async function loadBatches(loading: Loading): Promise<RunState> {
  const { job, source, sink, lanes, folder, signal, now, progress } = loading;
  let state = loading.state;
  mustBeFew(job, state);
  let number = state.batches;
  let lastNoted: Promise<void> = Promise.resolve();
  let fault: { readonly error: unknown } | undefined;

  const note = async (batch: Batch, from: Place, preparing: Promise<PreparedBatch>, before: Promise<void>) => {
    await before;
    const { part, loaded, rejected } = await preparing;
    signal.throwIfAborted();
    folder.mustBeOurs();
    await part?.publish();
    folder.saveRejects(state.batches, rejectLines(rejected, batch.name, state.row));
    const place = batch.next ?? null;
    const read = loaded + rejected.length;
    state = {
      ...state,
      updatedAt: now(),
      batches: state.batches + 1,
      place,
      row: place?.file === from.file ? state.row + read : 0,
      read: state.read + read,
      loaded: state.loaded + loaded,
      rejected: state.rejected + rejected.length,
      parts: part === undefined ? state.parts : [...state.parts, { name: part.name, rows: loaded }],
    };
    folder.save(state);
    mustBeFew(job, state);
    const done = place === null ? (source.total ?? state.read) : Math.round(source.doneAt(place));
    progress(done, source.total, `${state.loaded} rows loaded, ${state.rejected} rejected`);
  };

  /** Whose turn it is to read: it settles with where the next batch begins. */
  let turn: Promise<Place | null> = Promise.resolve(state.place);
  const take = async (from: Place, lane: DuckLane, slot: number): Promise<{ taken: Taken; next: Place | null }> => {
    const batch = await source.read(from, slot);
    const prepared = prepare(batch, number, sink, lane);
    number += 1;
    const noted = note(batch, from, prepared, lastNoted);
    // It is awaited later; until then nobody hears it fail.
    noted.catch(() => undefined);
    lastNoted = noted;
    return { taken: { prepared, noted }, next: batch.next ?? null };
  };

  const work = async (lane: DuckLane, slot: number): Promise<void> => {
    let earlier: Promise<void> = Promise.resolve();
    for (;;) {
      const taking = turn.then((from) => {
        signal.throwIfAborted();
        return from === null || fault !== undefined ? undefined : take(from, lane, slot);
      });
      turn = taking.then((took) => took?.next ?? null);
      turn.catch(() => undefined);
      const { taken } = (await taking) ?? {};
      if (taken === undefined) break;
      await taken.prepared;
      // While its last batch is published, a lane works on the next one, and no further.
      await earlier;
      earlier = taken.noted;
    }
    await earlier;
  };

  await Promise.all(
    lanes.map((lane, slot) =>
      work(lane, slot).catch((error: unknown) => {
        fault ??= { error };
      }),
    ),
  );
  await lastNoted.catch(() => undefined);
  if (fault !== undefined) throw fault.error;
  return state;
}

async function prepare(batch: Batch, number: number, sink: Sink, lane: DuckLane): Promise<PreparedBatch> {
  await stage(batch, lane);
  const loaded = await lane.count('SELECT count(*) FROM checked WHERE fault = 0');
  const rejected = await rejectedIn(batch, lane);
  const rows = `SELECT ${batch.rules.values} FROM checked WHERE fault = 0`;
  return { loaded, rejected, part: loaded === 0 ? undefined : await sink.prepare(number, rows, loaded, lane) };
}

/** Makes the table `checked` of a batch: values, the rule that was broken, and the row as it was. */
export async function stage(batch: Batch, lane: DuckLane): Promise<void> {
  await lane.run('DROP TABLE IF EXISTS parse_rejects');
  await lane.run('DROP TABLE IF EXISTS parse_scans');
  await lane.run(`CREATE OR REPLACE TEMP TABLE checked AS ${batch.rules.checked(batch.relation)}`);
}

function mustBeFew({ mostRejects = Infinity }: Job, { rejected, read, runId }: RunState): void {
  if (rejected > mostRejects)
    throw refusal(
      'TooManyRejects',
      `${rejected} of ${read} rows were rejected, and the job allows ${mostRejects}; muster job rejects ${runId} shows them`,
    );
}
