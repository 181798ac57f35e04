import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { stackError } from './stack-error.ts';
import type { ServerName } from './stack-state.ts';

const neededBytes = 1024 ** 3;

/** Makes the data folder and gives the bytes that are free there. Throws `DATA_FOLDER`. */
export function openDataFolder(dataDir: string): number {
  try {
    mkdirSync(join(dataDir, 'logs'), { recursive: true });
    const disk = statfsSync(dataDir);
    return disk.bavail * disk.bsize;
  } catch (error) {
    throw stackError(
      'DATA_FOLDER',
      `The data folder ${dataDir} cannot be made (${(error as Error).message}): choose another, or give yourself the right to write there.`,
    );
  }
}

/** Throws `DISK_FULL` unless a gibibyte is free: Kafka stops for good when its disk fills up. */
export function checkRoom(dataDir: string, freeBytes: number): void {
  if (freeBytes >= neededBytes) return;
  throw stackError(
    'DISK_FULL',
    `Only ${Math.floor(freeBytes / 1024 ** 2)} MiB are free where ${dataDir} lies, and the local stack needs 1024: free some space and start again.`,
  );
}

/** Drops what the servers stored, and keeps logs and remembered ports. */
export function emptyDataFolder(dataDir: string): void {
  for (const server of ['kafka', 'kafka2', 'kafka3', 'registry', 'redis'] satisfies ServerName[])
    rmSync(join(dataDir, server), { recursive: true, force: true });
}
