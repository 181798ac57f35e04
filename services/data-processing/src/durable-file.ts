/** Files that are there whole or as they were, after a crash and after a loss of power. */
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Where a file is written before it takes its name; no other process uses the same. */
export function halfOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.${randomUUID().slice(0, 8)}.half`);
}

export function isHalf(file: string): boolean {
  return file.startsWith('.') && file.endsWith('.half');
}

/** Removes what killed processes left in a folder. */
export function rmHalves(folder: string): void {
  for (const file of readdirSync(folder)) if (isHalf(file)) rmSync(join(folder, file), { force: true });
}

/** Replaces a file in one step, and does not come back before that lasts. */
export function replaceFile(file: string, content: string): void {
  const half = halfOf(file);
  try {
    writeFileSync(half, content, { flush: true });
    renameSync(half, file);
  } catch (error) {
    rmSync(half, { force: true });
    throw error;
  }
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Gives what was written to `half` its name, once that lasts. */
export async function publishFile(half: string, file: string): Promise<void> {
  await synced(half);
  await rename(half, file);
  await synced(dirname(file));
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
