import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { awaitLock, tryLock } from './folder-lock.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'folder-lock-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

test('only one holder at a time, and nothing left after the release', () => {
  const release = tryLock(dataDir);
  expect(tryLock(dataDir)).toBeUndefined();
  release?.();
  expect(readdirSync(dataDir)).toEqual([]);
  expect(tryLock(dataDir)).toBeDefined();
});

test.each([
  ['a process that is gone', JSON.stringify({ pid: process.pid, began: 'another boot:1' })],
  ['a writer that was cut short', '{"pid":'],
])('the lock of %s is taken over', (_, content) => {
  writeFileSync(join(dataDir, 'lock'), content);
  expect(tryLock(dataDir)).toBeDefined();
  expect(readdirSync(dataDir)).toEqual(['lock']);
});

test('a waiter says so once and gets the lock after the release', async () => {
  const release = tryLock(dataDir);
  let waits = 0;
  const waiting = awaitLock(dataDir, () => {
    waits += 1;
    release?.();
  });
  expect(await waiting).toBeDefined();
  expect(waits).toBe(1);
});

test('a waiter can give up', async () => {
  tryLock(dataDir);
  const abort = new AbortController();
  await expect(awaitLock(dataDir, () => abort.abort(), abort.signal)).rejects.toThrow(/abort/i);
});
