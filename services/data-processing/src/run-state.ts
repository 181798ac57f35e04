import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from '@muster/agent';
import type { DataRoot } from './data-root.ts';
import { replaceFile, rmHalves } from './durable-file.ts';
import { refusal } from './refusal.ts';

/** Where in a source a batch begins. */
const place = z.object({
  /** Which of the source's files, from 0. */
  file: z.number().int(),
  /** From where in it: bytes of text, rows of Parquet. */
  offset: z.number(),
  /** Of a table: the key read last, and the last one of the batch that begins here, as text. */
  after: z.string().optional(),
  through: z.string().optional(),
});

const sourceFile = z.object({ path: z.string(), bytes: z.number(), modifiedAt: z.number() });
/** Offsets of a partition: from the first to before the other. */
const topicPart = z.object({ topic: z.string(), partition: z.number(), from: z.number(), to: z.number() });
/** A table up to its last key, as text; null where it was empty. */
const tablePart = z.object({ table: z.string(), through: z.string().nullable() });
const sourcePart = z.union([sourceFile, topicPart, tablePart]);

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
  files: z.array(sourcePart).describe('What the run reads, as it was when it began.'),
  batchBytes: z.number(),
  read: z.number().int(),
  loaded: z.number().int(),
  rejected: z.number().int(),
  parts: z.array(z.object({ name: z.string(), rows: z.number().int() })),
  sink: z.string(),
});

export type Place = z.infer<typeof place>;
export type SourceFile = z.infer<typeof sourceFile>;
export type TopicPart = z.infer<typeof topicPart>;
export type SourcePart = z.infer<typeof sourcePart>;
/** How far a run is: its checkpoint. */
export type RunState = z.infer<typeof stateForm>;

/** What is kept of one run: its checkpoint and what was rejected. */
export interface RunFolder {
  /** What is kept; for files of other concepts, too. */
  readonly directory: string;
  /** For what batches need while they are worked on; no other attempt has the same. */
  readonly work: string;
  load(): RunState | undefined;
  /**
   * Makes the folders, and makes this attempt the one that the run belongs to. What earlier ones left unfinished is removed; one that still lives is
   * stopped by that.
   */
  begin(): void;
  /** Throws PermanentError when another attempt has begun since. */
  mustBeOurs(): void;
  /** Replaces the checkpoint in one step that a crash can not halve. */
  save(state: RunState): void;
  /** Replaces what a batch rejected, in the same way. */
  saveRejects(batch: number, lines: readonly string[]): void;
  /** Rejected rows as JSON lines, in order. */
  rejects(): Iterable<string>;
  /** Removes what was only needed for the work of this attempt. */
  end(): void;
  /** Removes all of the run, unless it is another attempt's by now. */
  discard(): void;
}

const runIdForm = /^[A-Za-z0-9][\w.-]{0,99}$/;

/** Makes nothing yet. Throws PermanentError on an id that can not be one. */
export function runFolder(root: DataRoot, runId: string): RunFolder {
  if (!runIdForm.test(runId))
    throw refusal(
      'BadRunId',
      `a run is named by up to 100 letters, digits, _, - and dots, not ${JSON.stringify(runId.slice(0, 100))}`,
    );
  const directory = join(root.directory, '.muster', 'runs', runId);
  const attempt = randomUUID().slice(0, 8);
  const works = join(directory, 'work');
  const work = join(works, attempt);
  const rejects = join(directory, 'rejects');
  const stateFile = join(directory, 'state.json');
  const ownerFile = join(directory, 'attempt');
  const rejectsFile = (batch: number): string => join(rejects, `${String(batch).padStart(6, '0')}.jsonl`);
  const isOurs = (): boolean => existsSync(ownerFile) && readFileSync(ownerFile, 'utf8') === attempt;
  const load = (): RunState | undefined => {
    if (!existsSync(stateFile)) return undefined;
    const read = stateForm.safeParse(jsonIn(stateFile));
    if (!read.success)
      throw refusal('BadCheckpoint', `the checkpoint of run ${runId} can not be read by this version: begin a new run`);
    return read.data;
  };
  return {
    directory,
    work,
    load,
    begin() {
      mkdirSync(directory, { recursive: true });
      writeFileSync(ownerFile, attempt);
      for (const each of [works, rejects]) mkdirSync(each, { recursive: true });
      for (const each of [directory, rejects]) rmHalves(each);
      for (const left of readdirSync(works)) rmSync(join(works, left), { recursive: true, force: true, maxRetries: 3 });
      mkdirSync(work);
    },
    mustBeOurs() {
      if (!isOurs())
        throw refusal(
          'RunTakenOver',
          `run ${runId} was asked for once more meanwhile and goes on there, or was removed`,
        );
    },
    save: (state) => replaceFile(stateFile, `${JSON.stringify(state)}\n`),
    saveRejects(batch, lines) {
      if (lines.length > 0) replaceFile(rejectsFile(batch), `${lines.join('\n')}\n`);
      else rmSync(rejectsFile(batch), { force: true });
    },
    *rejects() {
      const known = load()?.batches ?? 0;
      for (let batch = 0; batch < known; batch += 1)
        if (existsSync(rejectsFile(batch))) yield* readFileSync(rejectsFile(batch), 'utf8').split('\n').filter(Boolean);
    },
    end: () => rmSync(work, { recursive: true, force: true }),
    discard() {
      if (isOurs()) rmSync(directory, { recursive: true, force: true });
    },
  };
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
