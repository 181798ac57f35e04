import { expect, it } from 'vitest';
import { planted } from '../planted.ts';
import { machinePaths } from './machine-paths.ts';

const inside = (...parts: string[]) => ['', ...parts].join('/');

it.each([
  inside('work', 'main'),
  inside('home', 'jane', 'muster'),
  inside('Users', 'jane', 'x'),
  inside('tmp', 'x'),
  `file://${inside('work', 'x')}`,
])('%s is a place on one machine', (place) => {
  const repository = planted({ 'docs/a.md': `# A\n\nSee ${place}.\n` });
  expect(machinePaths(repository)).toEqual([
    expect.stringMatching(/^docs\/a\.md:3 names .*, which is a place on one machine$/),
  ]);
});

it.each(['docs/work/a.md', '/usr/lib/jvm', 'https://example.org/home/a/b', './tmp/a', '/workflows/a'])(
  '%s is not',
  (text) => {
    expect(machinePaths(planted({ 'docs/a.md': text }))).toEqual([]);
  },
);

it('finds a registry in the lock file', () => {
  const lock = (resolved: string) => planted({ 'package-lock.json': `{ "resolved": "${resolved}" }` });
  expect(machinePaths(lock('https://registry.example.org/a.tgz'))).toHaveLength(1);
  expect(machinePaths(lock('libs/bus'))).toEqual([]);
});
