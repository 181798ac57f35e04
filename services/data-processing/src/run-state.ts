import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from '@muster/agent';
import type { DataRoot } from './data-root.ts';
import { refusal } from './refusal.ts';

/** Where in a source a batch begins. */
const place = z.object({
  /** Which of the source's files, from 0. */
  file: z.number().int(),
  /** From where in it: bytes of text, rows of Parquet. */
  offset: z.number(),
  /** Of a table: the key read last, as text. */
  after: z.string().optional(),
});

const sourceFile = z.object({ path: z.string(), bytes: z.number(), modifiedAt: z.number() });

const stateForm = z.object({
  runId: z.string(),
  job: z.string(),
  version: z.number(),
  /** Of the whole definition. */
  fingerprint: z.string(),
  status: z.enum(['RUNNING', 'COMPLETED', 'PARTIAL']),
  startedAt: z.number(),
  updatedAt: z.number(),
  /** Batches that are done; the next one has this number, from 0. */
  batches: z.number().int(),
  place: place.nullable().describe('Where the next batch begins; null after the last.'),
  /** How many records of that file are dealt with. */
  row: z.number().int(),
  files: z.array(sourceFile),
  batchBytes: z.number(),
  read: z.number().int(),
  loaded: z.number().int(),
  rejected: z.number().int(),
  parts: z.array(z.object({ name: z.string(), rows: z.number().int() })),
  sink: z.string(),
});

export type Place = z.infer<typeof place>;
export type SourceFile = z.infer<typeof sourceFile>;
/** How far a run is: its checkpoint. */
export type RunState = z.infer<typeof stateForm>;

/** What is kept of one run: its checkpoint and what was rejected. */
export interface RunFolder {
  readonly directory: string;
  /** For what a batch needs while it is worked on. */
  readonly work: string;
  load(): RunState | undefined;
  /** Replaces the checkpoint in one step that a crash can not halve. */
  save(state: RunState): void;
  /** Replaces what a batch rejected, in the same way. */
  saveRejects(batch: number, lines: readonly string[]): void;
  /** Rejected rows as JSON lines, in order. */
  rejects(): Iterable<string>;
}

const runIdForm = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** Throws PermanentError on an id that can not be one. `isNew: false` makes nothing: undefined where there is no such run. */
export function runFolder(root: DataRoot, runId: string, isNew: true): RunFolder;
export function runFolder(root: DataRoot, runId: string, isNew: boolean): RunFolder | undefined;
export function runFolder(root: DataRoot, runId: string, isNew: boolean): RunFolder | undefined {
  if (!runIdForm.test(runId))
    throw refusal(
      'BadRunId',
      `a run is named by up to 100 letters, digits, _, - and dots, not ${JSON.stringify(runId.slice(0, 100))}`,
    );
  const directory = join(root.directory, '.muster', 'runs', runId);
  if (!isNew && !existsSync(directory)) return undefined;
  const work = join(directory, 'work');
  const rejects = join(directory, 'rejects');
  const stateFile = join(directory, 'state.json');
  if (isNew) for (const each of [work, rejects]) mkdirSync(each, { recursive: true });
  return {
    directory,
    work,
    load() {
      if (!existsSync(stateFile)) return undefined;
      const read = stateForm.safeParse(JSON.parse(readFileSync(stateFile, 'utf8')));
      if (!read.success)
        throw refusal('BadCheckpoint', `the checkpoint of run ${runId} is of another version: begin a new run`);
      return read.data;
    },
    save: (state) => replaceFile(stateFile, `${JSON.stringify(state)}\n`),
    saveRejects(batch, lines) {
      const file = join(rejects, `${String(batch).padStart(6, '0')}.jsonl`);
      if (lines.length > 0) replaceFile(file, `${lines.join('\n')}\n`);
      else rmSync(file, { force: true });
    },
    *rejects() {
      const known = this.load()?.batches ?? 0;
      if (!existsSync(rejects)) return;
      const files = readdirSync(rejects)
        .filter((file) => /^\d{6,}\.jsonl$/.test(file))
        .sort();
      for (const file of files)
        if (Number.parseInt(file, 10) < known)
          yield* readFileSync(join(rejects, file), 'utf8').split('\n').filter(Boolean);
    },
  };
}

/** Writes a file so that it is there whole or as it was, after a crash and after a loss of power. */
export function replaceFile(file: string, content: string): void {
  const half = `${file}.${process.pid}.half`;
  const descriptor = openSync(half, 'w');
  try {
    writeSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(half, file);
}
