import { expect, it } from 'vitest';
import { planted } from '../planted.ts';
import { packageOrder } from './package-order.ts';

const packages = Object.fromEntries(
  [
    'schemas',
    'libs/bus',
    'libs/agent',
    'libs/cli',
    'libs/testkit',
    'services/router',
    'services/notify',
    'infra/demo',
    'tests/e2e',
  ].map((folder) => [folder, {}]),
);
const importing = (path: string, imported: string) =>
  packageOrder(planted({ [path]: `import type { x } from '${imported}';` }, packages));

it.each([
  ['libs/agent/src/a.ts', '@muster/bus'],
  ['libs/agent/src/a.ts', '@muster/agent'],
  ['services/router/src/a.ts', '@muster/agent'],
  ['libs/bus/src/a.test.ts', '@muster/testkit'],
  ['services/router/test/a.ts', '@muster/testkit'],
  ['infra/demo/src/a.ts', '@muster/router'],
  ['tests/e2e/src/a.ts', '@muster/router'],
  ['docs/a.ts', '@muster/agent'],
])('%s may import %s', (path, imported) => {
  expect(importing(path, imported)).toEqual([]);
});

it.each([
  ['libs/bus/src/a.ts', '@muster/agent', 'only from its left'],
  ['libs/bus/src/a.test.ts', '@muster/agent', 'only from its left'],
  ['services/router/src/a.ts', '@muster/notify', 'talk over a topic'],
  ['services/router/src/a.ts', '@muster/cli', 'for tools'],
  ['services/router/src/a.ts', '@muster/testkit', 'only tests may'],
  ['infra/demo/src/a.ts', '@muster/testkit', 'only tests may'],
  ['libs/cli/src/a.ts', '@muster/demo', 'belong to nobody else'],
  ['docs/a.ts', '@muster/local-stack', 'for tools'],
])('%s may not import %s', (path, imported, reason) => {
  expect(importing(path, imported)).toEqual([expect.stringContaining(`${path} imports ${imported}`)]);
  expect(importing(path, imported)[0]).toContain(reason);
});
