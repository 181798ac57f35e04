import { execFileSync } from 'node:child_process';

const oldestNode = 18;

/** Throws a sentence when this machine lacks what the set-up itself needs. */
export function checkPrerequisites() {
  if (Number.parseInt(process.versions.node, 10) < oldestNode) {
    throw new Error(
      `The set-up needs Node ${oldestNode} or later and runs on ${process.version}: install a newer Node and start again.`,
    );
  }
  try {
    execFileSync('npm', ['--version'], { stdio: 'ignore' });
  } catch {
    throw new Error('npm is not on the PATH, and the dependencies are installed with it: install npm and start again.');
  }
}
