import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

function holderOf(lockFile: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/** Takes the lock of the data folder, which one process has while it starts or stops servers; undefined when a live one has it. */
export function tryLock(dataDir: string): (() => void) | undefined {
  mkdirSync(dataDir, { recursive: true });
  const lockFile = join(dataDir, 'lock');
  const draft = `${lockFile}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(identify(process.pid)));
  try {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        linkSync(draft, lockFile);
        return () => rmSync(lockFile, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const holder = holderOf(lockFile);
        if (holder && isAlive(holder)) return undefined;
        dropStale(lockFile);
      }
    }
    return undefined;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Two starters may find the same stale lock: one renames it away, and whoever catches the other's new lock gives it back. */
function dropStale(lockFile: string): void {
  const aside = `${lockFile}.stale-${process.pid}`;
  try {
    renameSync(lockFile, aside);
    const holder = holderOf(aside);
    if (holder && isAlive(holder)) linkSync(aside, lockFile);
  } catch {
    // The other one did it.
  } finally {
    rmSync(aside, { force: true });
  }
}

/** Takes the lock, waiting while another live process has it. */
export async function awaitLock(dataDir: string, onWait: () => void, abort?: AbortSignal): Promise<() => void> {
  for (let waits = 0; ; waits += 1) {
    const release = tryLock(dataDir);
    if (release) return release;
    if (waits === 0) onWait();
    await sleep(200, undefined, abort ? { signal: abort } : {});
  }
}
