import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { environment, root } from './project.mjs';

/** Targets of the root project in `project.json`; nx answers from its cache when nothing has changed. The longest first. */
const checks = ['unit', 'typecheck', 'unused', 'lint', 'format:check'];
const atOnce = 2;

function run(node, check) {
  return new Promise((resolve, reject) => {
    const startedAt = Date.now();
    const nx = join(root, 'node_modules', '.bin', 'nx');
    const child = spawn(node, [nx, 'run', `muster:${check}`, '--outputStyle=stream-without-prefixes'], {
      cwd: root,
      env: environment,
    });
    const passOn = (signal) => child.kill(signal);
    process.on('SIGINT', passOn).on('SIGTERM', passOn);
    let output = '';
    const collect = (chunk) => (output += chunk);
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('SIGINT', passOn).off('SIGTERM', passOn);
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${check.padEnd(14)} ${seconds.padStart(5)} s`);
      resolve({ check, code, output });
    });
  });
}

/** Runs every check but those after `--without`, a line for each, and ends with the output of those that failed. */
export async function verify(node, args = []) {
  const [option, ...left] = args;
  const unknown = left.filter((check) => !checks.includes(check));
  if ((option !== undefined && option !== '--without') || unknown.length > 0)
    throw new Error(`Use: npm run verify [-- --without <checks>], where the checks are ${checks.join(', ')}.`);
  const waiting = checks.filter((check) => !left.includes(check));
  const results = [];
  const worker = async () => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift())
      results.push(await run(node, check));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const failures = results.filter(({ code }) => code !== 0);
  for (const { check, output } of failures) console.log(`\n--- ${check}\n${output.trim()}`);
  if (failures.length === 0) return 0;
  console.log(`\nFailed: ${failures.map(({ check }) => check).join(', ')}`);
  return 1;
}
