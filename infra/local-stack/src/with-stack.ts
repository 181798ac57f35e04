// Runs a command with fresh servers of its own: `node with-stack.ts <data folder> -- <command> <arguments>`.
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isStackError, type Stack, startStack } from './index.ts';

/** The exit code when the servers did not start, so that the caller can tell it from the command's own. */
const noStack = 70;

const interruption = new AbortController();
let running: ChildProcess | undefined;

function onSignal(signal: NodeJS.Signals): void {
  if (running === undefined) interruption.abort(new Error('The start of the local stack was interrupted.'));
  else running.kill(signal);
}

/** Ends what the command may have left in its process group: workers that outlive their parent would hold servers. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing was left.
  }
}

function run(command: string, args: readonly string[], stack: Stack): Promise<number> {
  const { kafkaBrokers, schemaRegistryUrl, redisUrl } = stack;
  const addresses = { KAFKA_BROKERS: kafkaBrokers, SCHEMA_REGISTRY_URL: schemaRegistryUrl, REDIS_URL: redisUrl };
  return new Promise((resolve, reject) => {
    // A process group of its own: a terminal's Ctrl-C comes to us alone, and once.
    const child = spawn(command, args, { env: { ...process.env, ...addresses }, stdio: 'inherit', detached: true });
    running = child;
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (child.pid !== undefined) endGroup(child.pid);
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
    });
  });
}

async function main([dataDir, separator, command, ...args]: readonly string[]): Promise<number> {
  if (dataDir === undefined || separator !== '--' || command === undefined) {
    throw new Error('Use: node with-stack.ts <data folder> -- <command> [arguments]');
  }
  const log = (line: string): void => console.log(line);
  const stack = await startStack({ dataDir, fresh: true, log, signal: interruption.signal, onServerDeath: log });
  try {
    return await run(command, args, stack);
  } finally {
    await stack.stop();
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isExpected = isStackError(error) || interruption.signal.aborted;
  console.error(isExpected && error instanceof Error ? error.message : error);
  process.exitCode = interruption.signal.aborted ? 130 : noStack;
}
