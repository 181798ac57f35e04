import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { targetOf } from '../test/drive.ts';
import { mergeTargets, targetsFile } from './declared-targets.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'health-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const shop = "targets:\n  - target: shop\n    checks: [{ address: 'tcp://shop:1' }]\n";

it('reads a file again when it changes, and keeps what it said while it is wrong', () => {
  const file = join(folder, 'targets.yaml');
  const read = targetsFile(file);
  expect(read.read()).toMatchObject({
    targets: [],
    problems: [`${file} can not be read: MUSTER_TARGETS_FILE names it`],
  });
  writeFileSync(file, shop);
  expect(read.read()).toMatchObject({ hasChanged: true, targets: [{ target: 'shop' }], problems: [] });
  expect(read.read()).toMatchObject({ hasChanged: false, targets: [{ target: 'shop' }] });
  writeFileSync(file, `${shop}  - target: cache\n`);
  expect(read.read()).toMatchObject({
    targets: [{ target: 'shop' }],
    problems: [expect.stringContaining(`${file}:4:`)],
  });
});

it('puts file and topology together: the file says how, dependencies add up', () => {
  const file = [{ target: 'shop', dependsOn: ['cache'], checks: [] }];
  const merged = mergeTargets(file, [
    targetOf('shop', { dependsOn: ['db', 'cache'], labels: { check: 'tcp://other:1' } }),
    targetOf('db', { labels: { check: 'tcp://db:1' } }),
    targetOf('queue', { labels: { check: 'queue' } }),
    targetOf('team'),
  ]);
  expect(merged.targets.map(({ target, dependsOn, checks }) => [target, dependsOn, checks.length])).toEqual([
    ['shop', ['cache', 'db'], 0],
    ['db', [], 1],
  ]);
  expect(merged.problems).toEqual([expect.stringContaining('queue: label check: "queue" has no scheme')]);
});
