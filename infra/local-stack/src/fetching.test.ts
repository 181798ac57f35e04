import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { adopt, withDraft } from './fetching.ts';

let cacheDir = '';
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'fetching-'));
});
afterEach(() => rmSync(cacheDir, { recursive: true }));

function fill(folder: string, content: string): string {
  mkdirSync(folder);
  writeFileSync(join(folder, 'file'), content);
  return folder;
}

test('what was adopted stays and the draft goes', async () => {
  await withDraft(cacheDir, async (draft) => adopt(fill(join(draft, 'kafka'), 'whole'), join(cacheDir, 'kafka')));
  expect(readdirSync(cacheDir)).toEqual(['kafka']);
});

test('an interrupted fetch leaves nothing', async () => {
  const fetch = withDraft(cacheDir, async (draft) => {
    fill(join(draft, 'kafka'), 'half');
    throw new Error('interrupted');
  });
  await expect(fetch).rejects.toThrow('interrupted');
  expect(readdirSync(cacheDir)).toEqual([]);
});

test('the result of the quicker one of two processes stands', () => {
  const target = join(cacheDir, 'kafka');
  adopt(fill(join(cacheDir, 'first'), 'first'), target);
  adopt(fill(join(cacheDir, 'second'), 'second'), target);
  expect(readFileSync(join(target, 'file'), 'utf8')).toBe('first');
  expect(() => adopt(join(cacheDir, 'nothing'), join(cacheDir, 'elsewhere'))).toThrow(/ENOENT/);
  expect(existsSync(join(cacheDir, 'elsewhere'))).toBe(false);
});
