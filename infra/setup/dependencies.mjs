import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './foreground.mjs';
import { root } from './project.mjs';

const lockFile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules', '.installed-lock');

function lockHash() {
  return createHash('sha256').update(readFileSync(lockFile)).digest('hex');
}

function stamp() {
  try {
    return readFileSync(stampFile, 'utf8');
  } catch {
    return undefined;
  }
}

/** Whether npm itself wrote node_modules along with (so a moment apart at most) or after the lock file, as a manual `npm i` does. */
function isInstalledByHand() {
  try {
    const installed = statSync(join(root, 'node_modules', '.package-lock.json'));
    return installed.mtimeMs >= statSync(lockFile).mtimeMs - 2_000;
  } catch {
    return false;
  }
}

/** Installs what the lock file says, unless that is what is installed. */
export async function installDependencies() {
  const wanted = lockHash();
  if (stamp() === wanted) return;
  if (!isInstalledByHand()) await install();
  writeFileSync(stampFile, wanted);
}

async function install() {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  console.log('Installing the dependencies (npm ci)');
  const progress = setInterval(() => console.log(`Installing the dependencies, ${seconds()} s so far`), 5_000);
  const code = await runToEnd('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    env: process.env,
  }).finally(() => clearInterval(progress));
  if (code !== 0) {
    throw new Error(
      `npm ci failed (exit code ${code}; its reasons stand above): check that this machine reaches an npm registry, and start again.`,
    );
  }
  console.log(`Installed the dependencies in ${seconds()} s`);
}
