import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What everything that fetches files is given. */
export type Fetching = {
  /** Where fetched files are kept; shared by all stacks of the project. */
  readonly cacheDir: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
};

/** Calls `log` every few seconds with how it stands, until the work is done: a silent download looks like a hang. */
export async function withProgress<T>(
  log: (line: string) => void,
  status: () => string,
  work: () => Promise<T>,
): Promise<T> {
  const startedAt = Date.now();
  const timer = setInterval(() => log(`${status()}, ${Math.round((Date.now() - startedAt) / 1000)} s so far`), 3_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Works in a folder of its own inside the cache, gone afterwards, so that an interrupted fetch leaves nothing that looks whole. */
export async function withDraft(cacheDir: string, work: (draft: string) => Promise<void>): Promise<void> {
  mkdirSync(cacheDir, { recursive: true });
  const draft = mkdtempSync(join(cacheDir, 'draft-'));
  try {
    await work(draft);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Moves a finished folder into its place. When another process was quicker, its result stands. */
export function adopt(finished: string, target: string): void {
  try {
    renameSync(finished, target);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
  }
}
