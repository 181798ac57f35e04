import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readRepository, type Rule } from './repository.ts';
import { agentSurface } from './rules/agent-surface.ts';
import { browserSafety } from './rules/browser-safe.ts';
import { importsAreDeclared, versionsAreExact } from './rules/declared.ts';
import { fileLength, fileNames } from './rules/file-names.ts';
import { links } from './rules/links.ts';
import { machinePaths } from './rules/machine-paths.ts';
import { packageOrder } from './rules/package-order.ts';
import { namedExports, noDeepImports, oneIndex } from './rules/public-faces.ts';
import { serviceAnatomy } from './rules/service-anatomy.ts';
import { shownFiles } from './rules/shown-files.ts';
import { skippedTests } from './rules/skipped-tests.ts';
import { vendors } from './rules/vendors.ts';

const repository = readRepository(join(import.meta.dirname, '../../..'));

it('is read whole', () => {
  expect(repository.sources.map(({ path }) => path)).toContain('libs/agent/src/index.ts');
  expect(repository.packages.map(({ name }) => name)).toContain('@muster/schemas');
});

it.each<readonly [string, Rule]>([
  ['keeps the order of its packages', packageOrder],
  ['has one importer for each vendor package', vendors],
  ['runs in a browser where it says so', browserSafety],
  ['has no deep imports', noDeepImports],
  ['has one index.ts in each package', oneIndex],
  ['names its exports', namedExports],
  ['declares what it imports', importsAreDeclared],
  ['asks for exact versions', versionsAreExact],
  ['names its files after concepts', fileNames],
  ['keeps its files short', fileLength],
  ['names no place of one machine', machinePaths],
  ['runs all its tests', skippedTests],
  ['asks few names of who writes an agent', agentSurface],
  ['has the same parts in every service', serviceAnatomy],
  ['has no dead links in its documents', links],
  ['shows files in its documents as they are', shownFiles],
])('%s', (_, rule) => {
  expect(rule(repository)).toEqual([]);
});
