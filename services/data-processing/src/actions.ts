import { createHash } from 'node:crypto';
import { z, type ActionIo } from '@muster/agent';
import { checkJob, jobProblemText, type CheckedJob } from '@muster/jobs';
import { dataRoot, type DataRoot } from './data-root.ts';
import { reconcile } from './reconcile.ts';
import { refusal } from './refusal.ts';
import { runJob, type RunSurroundings, type Workshop } from './run-job.ts';
import { runFolder } from './run-state.ts';
import type { Settings } from './settings.ts';

const runId = z
  .string()
  .min(1)
  .max(100)
  .optional()
  .describe('Names the run; asking again with the same id goes on with it. Default: from the idempotency key.');
const definition = z
  .string()
  .min(1)
  .max(256 * 1024)
  .describe('The job as YAML.');
const count = z.number().int();

const runSummary = z.object({
  runId: z.string(),
  job: z.string(),
  status: z.enum(['RUNNING', 'COMPLETED', 'PARTIAL']),
  read: count,
  loaded: count,
  rejected: count,
  batches: count,
  sink: z.string(),
  tookMs: z.number(),
  isResumed: z.boolean(),
});

const runInput = z.strictObject({ job: definition, runId });

/** Loads what a job names. A failed or killed run goes on from its checkpoint when it is asked for again. */
export const runJobIn = (workshop: Workshop) => ({
  version: '1.0.0',
  description:
    'Reads files, PostgreSQL or a topic, checks and changes each row by the rules of a job, and loads the good ones.',
  input: runInput,
  output: runSummary,
  isPartial: ({ status }: z.output<typeof runSummary>) => status === 'PARTIAL',
  tags: ['data'],
  run({ job: source, runId }: z.output<typeof runInput>, io: ActionIo<Settings>): Promise<z.output<typeof runSummary>> {
    const checked = definitionOf(source);
    if (checked.kind !== 'job') throw refusal('BadJob', 'this is a reconciliation: ask for data.reconcile');
    return runJob(checked.job, runId ?? idFrom(io), around(io), workshop);
  },
});

const sum = z.object({ column: z.string(), left: z.number(), right: z.number() });
const reconcileInput = z.strictObject({ reconciliation: definition, runId });
const reconcileOutput = z.object({
  runId: z.string(),
  name: z.string(),
  isSame: z.boolean(),
  left: z.object({ rows: count, rejected: count, matched: count, differing: count, only: count, ambiguous: count }),
  right: z.object({ rows: count, rejected: count, matched: count, differing: count, only: count, ambiguous: count }),
  differingBy: z.record(z.string(), count),
  sums: z.array(sum),
  differences: z.string().nullable(),
  tookMs: z.number(),
});

/** Compares two sets by their keys. It writes nothing but the differences, where it is asked to. */
export const reconcileAction = {
  version: '1.0.0',
  description:
    'Compares two sets of rows by keys, within tolerances: what matches, differs, is on one side only or is ambiguous.',
  input: reconcileInput,
  output: reconcileOutput,
  tags: ['data'],
  run(input: z.output<typeof reconcileInput>, io: ActionIo<Settings>): Promise<z.output<typeof reconcileOutput>> {
    const checked = definitionOf(input.reconciliation);
    if (checked.kind !== 'reconciliation') throw refusal('BadJob', 'this is a job: ask for data.run-job');
    return reconcile(checked.reconciliation, input.runId ?? idFrom(io), around(io));
  },
};

const statusInput = z.strictObject({ runId: z.string().min(1).max(100) });

/** How far a run is, by its checkpoint. */
export const statusAction = {
  version: '1.0.0',
  description: 'Tells how far a run of a job is.',
  input: statusInput,
  output: runSummary
    .omit({ isResumed: true })
    .extend({ files: z.array(z.string()), startedAt: z.number(), updatedAt: z.number() }),
  tags: ['data'],
  isReadOnly: true,
  run({ runId }: z.output<typeof statusInput>, io: ActionIo<Settings>) {
    const root = rootOf(io);
    const state = runFolder(root, runId).load();
    if (state === undefined) throw noRun(runId);
    const { job, status, read, loaded, rejected, batches, sink, startedAt, updatedAt } = state;
    const files = state.files.map((part) => {
      if ('table' in part) return `table ${part.table}`;
      return 'topic' in part ? `${part.topic}/${part.partition}` : part.path.slice(root.directory.length + 1);
    });
    return Promise.resolve({
      runId,
      job,
      status,
      read,
      loaded,
      rejected,
      batches,
      sink,
      tookMs: updatedAt - startedAt,
      files,
      startedAt,
      updatedAt,
    });
  },
};

const rejectsInput = z.strictObject({
  runId: z.string().min(1).max(100),
  from: z.number().int().min(0).default(0).describe('How many are passed over.'),
  most: z.number().int().min(1).max(500).default(100),
});
const rejectedRow = z.object({
  source: z.string(),
  row: count,
  field: z.string(),
  reason: z.string(),
  record: z.string(),
});

/** The rows that a run did not load. */
export const rejectsAction = {
  version: '1.0.0',
  description: 'Shows the rows that a run did not load, and why.',
  input: rejectsInput,
  output: z.object({ runId: z.string(), total: count, rows: z.array(rejectedRow) }),
  tags: ['data'],
  isReadOnly: true,
  run({ runId, from, most }: z.output<typeof rejectsInput>, io: ActionIo<Settings>) {
    const folder = runFolder(rootOf(io), runId);
    const state = folder.load();
    if (state === undefined) throw noRun(runId);
    const rows: z.output<typeof rejectedRow>[] = [];
    let at = 0;
    for (const line of folder.rejects()) {
      if (at >= from) rows.push(rejectedRow.parse(JSON.parse(line)));
      at += 1;
      if (rows.length >= most) break;
    }
    return Promise.resolve({ runId, total: state.rejected, rows });
  },
};

function definitionOf(source: string): Exclude<CheckedJob, { problems: unknown }> {
  const checked = checkJob(source);
  if ('problems' in checked)
    throw refusal('BadJob', `the job is not right: ${jobProblemText(checked.problems)}; muster job check tells all`);
  return checked;
}

/** The same for all attempts of a task, and fit for the name of a folder. */
function idFrom({ idempotencyKey }: ActionIo<Settings>): string {
  return /^[A-Za-z0-9][\w.-]{0,99}$/.test(idempotencyKey)
    ? idempotencyKey
    : createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32);
}

function rootOf({ config }: ActionIo<Settings>): DataRoot {
  if (config.dataDirectory === '')
    throw refusal('NoDataDirectory', 'this agent may not read or write files: set MUSTER_DATA_DIRECTORY');
  try {
    return dataRoot(config.dataDirectory);
  } catch {
    throw refusal('NoDataDirectory', 'the directory of MUSTER_DATA_DIRECTORY is not there');
  }
}

function around(io: ActionIo<Settings>): RunSurroundings {
  const { dataMemory, dataThreads, dataBatchMb } = io.config;
  return {
    root: rootOf(io),
    signal: io.signal,
    now: io.now,
    memory: dataMemory,
    threads: dataThreads,
    batchBytes: Math.round(dataBatchMb * 1024 * 1024),
    progress: (done, total, message) => io.progress(done, total, message),
  };
}

function noRun(runId: string): Error {
  return refusal('NoRun', `there is no run ${runId}; the id of a run is in the answer of data.run-job`);
}
