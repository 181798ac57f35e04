import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

// What a task's outcome depends on: its own files, the sources of what it imports, and the tools.
const inputs = ['default', '^sources', 'tools'];

/** The targets of one package of the workspace, so that none of them has to repeat a configuration. */
function targetsOf(folder, workspaceRoot) {
  const hasSources = existsSync(join(workspaceRoot, folder, 'src'));
  if (!hasSources) return {};
  const run = (command) => ({ command, cache: true, inputs });
  return {
    unit: run(`vitest run --project unit --passWithNoTests ${folder}/`),
    lint: run(`oxlint --type-aware --deny-warnings ${folder}`),
  };
}

/** Tells nx, for every package of the workspace, what can be run in it: `npx nx affected --targets=unit,lint`. */
export const createNodesV2 = [
  '{schemas,libs/*,services/*,infra/*,tests/*}/package.json',
  (files, _options, { workspaceRoot }) =>
    files.map((file) => {
      const root = dirname(file);
      return [file, { projects: { [root]: { root, targets: targetsOf(root, workspaceRoot) } } }];
    }),
];
