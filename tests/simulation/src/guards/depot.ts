/** What jobs read and write: sources, sinks and checkpoints on a disk that outlives processes, and a DuckDB that counts rows by their numbers. */
import type { AgentDefinition } from '@muster/agent';
import {
  dataProcessingIn,
  type Batch,
  type DuckLane,
  type PreparedPart,
  type RunFolder,
  type RunState,
  type Sink,
  type Source,
  type Workshop,
} from '@muster/data-processing';
import type { Machine, Plant, World } from '@muster/testkit';
import { fault } from '../network.ts';
import type { GuardsPlan, PlannedJob } from './guards-plan.ts';

/** What is left of a run on the disk. */
export interface Remains {
  state: RunState | undefined;
  /** Which attempt it belongs to. */
  owner: number;
  readonly rejects: Map<number, readonly string[]>;
  /** Rows in the sink, by the batch that brought them. */
  readonly parts: Map<number, readonly number[]>;
  isFinished: boolean;
}

/** A batch that an attempt read, and how many were done by the checkpoint when the attempt began. */
export interface Reading {
  readonly runId: string;
  readonly batch: number;
  readonly done: number;
}

export interface Depot {
  readonly runs: ReadonlyMap<string, Remains>;
  readonly readings: readonly Reading[];
  workshop(machine: Machine): Workshop;
}

export const isBad = ({ badEvery }: PlannedJob, row: number): boolean => badEvery > 0 && row % badEvery === 0;

/** Rows of a batch, numbered over all of the source from 1. */
export function rowsOf({ batches }: PlannedJob, batch: number): number[] {
  const before = batches.slice(0, batch).reduce((sum, rows) => sum + rows, 0);
  return Array.from({ length: batches[batch] ?? 0 }, (_, index) => before + index + 1);
}

export function openDepot({ jobs }: GuardsPlan, { time, random }: World): Depot {
  const runs = new Map<string, Remains>();
  const readings: Reading[] = [];
  let attempts = 0;
  const jobOf = (runId: string): PlannedJob => {
    const job = jobs.find(({ taskId }) => taskId === runId);
    if (job === undefined) throw fault('PERMANENT', `there is no file for ${runId}`);
    return job;
  };
  const remainsOf = (runId: string): Remains => {
    const fresh = { state: undefined, owner: 0, rejects: new Map(), parts: new Map(), isFinished: false };
    const remains = runs.get(runId) ?? fresh;
    runs.set(runId, remains);
    return remains;
  };

  return {
    runs,
    readings,
    workshop(machine) {
      /** Takes its time, fails now and then, and happens or not when the process dies meanwhile. */
      const work = <T>(effect: () => T): Promise<T> =>
        new Promise((resolve, reject) => {
          const [luck, arrives] = [random.next(), random.chance(0.5)];
          const takesMs = luck > 0.9 ? random.between(1_000, 8_000) : random.between(1, 200);
          time.after(takesMs, () => {
            if (luck < 0.02)
              return void machine.clock.after(0, () => reject(fault('TRANSIENT', 'EIO: the disk is busy')));
            if (machine.isDead && !arrives) return;
            const answer = effect();
            machine.clock.after(0, () => resolve(answer));
          });
        });

      const folder = (runId: string): RunFolder => {
        const remains = remainsOf(runId);
        const attempt = (attempts += 1);
        /** Of a process that is dead nothing reaches the disk. */
        const written = (write: () => void): void => (machine.isDead ? undefined : write());
        return {
          directory: '/',
          work: '/',
          load: () => remains.state,
          begin: () => written(() => (remains.owner = attempt)),
          mustBeOurs() {
            if (remains.owner !== attempt) throw fault('PERMANENT', `run ${runId} goes on elsewhere`);
          },
          save: (state) => written(() => (remains.state = state)),
          saveRejects: (batch, lines) => written(() => remains.rejects.set(batch, lines)),
          rejects: () => [],
          end: () => undefined,
          discard: () => undefined,
        };
      };

      const source = (runId: string): Source => {
        const job = jobOf(runId);
        const done = remainsOf(runId).state?.batches ?? 0;
        return {
          files: [{ path: `/${runId}.csv`, bytes: job.batches.length, modifiedAt: 0 }],
          directories: [],
          total: job.batches.length,
          doneAt: ({ offset }) => offset,
          read: ({ offset }) =>
            work((): Batch => {
              readings.push({ runId, batch: offset, done });
              return {
                rules: {
                  checked: (relation) => relation,
                  values: '*',
                  rules: [{ field: 'id', reason: 'it is bad', isBroken: '' }],
                },
                relation: `${runId} ${offset}`,
                name: runId,
                taken: [],
                hasParseRejects: false,
                next: offset + 1 < job.batches.length ? { file: 0, offset: offset + 1 } : undefined,
              };
            }),
          close: () => Promise.resolve(),
        };
      };

      const lane = (): DuckLane => {
        let [job, rows]: [PlannedJob | undefined, readonly number[]] = [undefined, []];
        const good = (is: boolean): readonly number[] => rows.filter((row) => job && isBad(job, row) !== is);
        return {
          run: (statement) =>
            work(() => {
              const [, runId, batch] = /checked AS (\S+) (\d+)$/.exec(statement) ?? [];
              if (runId === undefined) return;
              job = jobOf(runId);
              rows = rowsOf(job, Number(batch));
            }),
          count: () => work(() => good(true).length),
          rows: () => work(() => good(false).map((id) => ({ row: rows.indexOf(id), fault: 1, raw: String(id) }))),
        };
      };

      const sink = (runId: string): Sink => {
        const remains = remainsOf(runId);
        const job = jobOf(runId);
        return {
          where: runId,
          directories: [],
          begin: () => Promise.resolve(),
          prepare: (batch): Promise<PreparedPart> =>
            work(() => ({
              name: `part-${batch}`,
              publish: () =>
                work(() => {
                  const rows = rowsOf(job, batch).filter((row) => !isBad(job, row));
                  remains.parts.set(batch, rows);
                }),
            })),
          finish: () => work(() => (remains.isFinished = true)).then(() => undefined),
          close: () => Promise.resolve(),
        };
      };

      return {
        folder: (_, runId) => folder(runId),
        source: (job) => Promise.resolve(source(job.name)),
        sink: (_, runId) => sink(runId),
        duck: ({ lanes = 1 }) =>
          work(() => ({ ...lane(), lanes: Array.from({ length: lanes }, lane), close: () => undefined })),
      };
    },
  };
}

const workshops = new WeakMap<AgentDefinition, Workshop>();

/** The agent whose jobs are done here. */
export function inDepot(workshop: Workshop): AgentDefinition {
  const definition = dataProcessingIn(workshop);
  workshops.set(definition, workshop);
  return definition;
}

/** The agent with something wrong in its workshop. */
export function inWorkshop(change: (workshop: Workshop) => Workshop): Plant {
  return ({ environment, definition }) => {
    const workshop = workshops.get(definition);
    return { environment, definition: workshop === undefined ? definition : inDepot(change(workshop)) };
  };
}
