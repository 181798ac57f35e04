import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from './process-identity.ts';
import { stackError } from './stack-error.ts';

/** The second and third broker have a number. */
export type ServerName = 'kafka' | 'kafka2' | 'kafka3' | 'registry' | 'redis';

/** A server we started. `trains` is set while it records a class archive, to be moved into place after a clean end. */
export type ServerRecord = ProcessIdentity & {
  readonly name: ServerName;
  readonly trains?: { readonly from: string; readonly to: string };
};

/** What `stack.json` in the data folder holds: enough to find, use and end the stack from another process. */
export type StackState = {
  readonly kafkaBrokers: string;
  readonly schemaRegistryUrl: string;
  readonly redisUrl: string;
  /** False until every server answered. */
  readonly ready: boolean;
  /** True when the servers outlive the process that started them. */
  readonly keep: boolean;
  readonly owner: ProcessIdentity;
  readonly servers: readonly ServerRecord[];
};

function fileOf(dataDir: string): string {
  return join(dataDir, 'stack.json');
}

function isIdentity(value: unknown): value is ProcessIdentity {
  const candidate = value as Partial<ProcessIdentity> | null;
  return typeof candidate === 'object' && Number.isInteger(candidate?.pid) && typeof candidate?.began === 'string';
}

/** Reads the text of a state file; undefined when it is not one (cut short, or written by something else). */
export function parseState(text: string): StackState | undefined {
  try {
    const state = JSON.parse(text) as Partial<StackState> | null;
    const urls = [state?.kafkaBrokers, state?.schemaRegistryUrl, state?.redisUrl];
    if (!urls.every((url) => typeof url === 'string')) return undefined;
    if (!isIdentity(state?.owner) || !Array.isArray(state.servers) || !state.servers.every(isIdentity))
      return undefined;
    return state as StackState;
  } catch {
    return undefined;
  }
}

/** The recorded state, undefined when nothing is recorded. Throws a `DATA_FOLDER` error for a damaged file. */
export function readState(dataDir: string): StackState | undefined {
  let text: string;
  try {
    text = readFileSync(fileOf(dataDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw stackError(
      'DATA_FOLDER',
      `${fileOf(dataDir)} cannot be read (${(error as Error).message}): check its permissions.`,
    );
  }
  const state = parseState(text);
  if (state !== undefined) return state;
  throw stackError(
    'DATA_FOLDER',
    `${fileOf(dataDir)} is damaged, so it is not known which servers run from here: end any that do, delete ${dataDir} (it holds local data only) and start again.`,
  );
}

/** Replaces the state in one step: a reader sees the old or the new one, never half of it. */
export function writeState(dataDir: string, state: StackState): void {
  mkdirSync(dataDir, { recursive: true });
  const draft = `${fileOf(dataDir)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(draft, fileOf(dataDir));
}

export function removeState(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}
