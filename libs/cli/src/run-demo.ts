import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { projectDir } from './project.ts';

/** Runs the demo in the foreground, as a program of its own; its exit code becomes ours. */
export function runDemo(args: readonly string[]): Promise<void> {
  const main = join(projectDir, 'infra', 'demo', 'src', 'main.ts');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], { stdio: 'inherit' });
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(name, () => {
        // A terminal sends its Ctrl-C to the demo as well.
        if (name !== 'SIGINT' || !process.stdin.isTTY) child.kill(name);
      });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.exitCode = code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
      resolve();
    });
  });
}
