import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './foreground.mjs';
import { environment, root } from './project.mjs';
import { countTests } from './test-counts.mjs';

const dataDir = join(root, '.muster', 'test');
const resultsFile = join(dataDir, 'results.json');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
/** What `with-stack.ts` ends with when the servers did not start. */
const noStack = 70;

function results() {
  try {
    return JSON.parse(readFileSync(resultsFile, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Runs all tests against real servers, started for this run only, and ends with the line `N passed, N failed`. Without
 * servers the unit tests run all the same, and the missing servers count as one failure.
 */
export async function runTests(node, args) {
  mkdirSync(dataDir, { recursive: true });
  rmSync(resultsFile, { force: true });
  const report = ['--reporter=default', '--reporter=json', `--outputFile.json=${resultsFile}`];
  const run = [node, vitest, 'run', ...report, ...args];
  let code = await runToEnd(node, ['infra/local-stack/src/with-stack.ts', dataDir, '--', ...run]);
  const isStackMissing = code === noStack;
  if (isStackMissing) {
    console.log('\nRunning the unit tests alone');
    code = await runToEnd(node, [vitest, 'run', '--project', 'unit', ...report, ...args], { env: environment });
  }
  const { passed, failed } = countTests(results(), code, isStackMissing);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;
}
