import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Launch } from './launch.ts';
import { identify, isAlive, type ProcessIdentity, signal } from './process-identity.ts';
import { findProgram, lastLines } from './run-command.ts';
import { stackError } from './stack-error.ts';
import type { ServerRecord } from './stack-state.ts';

const startDeadlineMs = 120_000;
const stopDeadlineMs = 15_000;

export type RunningServer = {
  readonly launch: Launch;
  readonly child: ChildProcess;
  readonly logFile: string;
  readonly record: ServerRecord;
};

function openLog(dataDir: string, name: string): { logFile: string; descriptor: number } {
  const folder = join(dataDir, 'logs');
  const logFile = join(folder, `${name}.log`);
  mkdirSync(folder, { recursive: true });
  try {
    renameSync(logFile, `${logFile}.previous`);
  } catch {
    // The first start: there is none.
  }
  return { logFile, descriptor: openSync(logFile, 'w') };
}

/**
 * Starts the server in a process group of its own, so that a Ctrl-C reaches us alone and we stop it in order. Unless it
 * is kept, Linux ends it when we die, even by kill -9; elsewhere the next start finds it in the state file.
 */
export function spawnServer(launch: Launch, dataDir: string, keep: boolean): RunningServer {
  const { logFile, descriptor } = openLog(dataDir, launch.name);
  const guard = keep || process.platform !== 'linux' ? undefined : findProgram('setpriv');
  const [command, args] = guard
    ? [guard, ['--pdeathsig', 'TERM', launch.command, ...launch.args]]
    : [launch.command, [...launch.args]];
  const env = { ...process.env, ...launch.env };
  const child = spawn(command, args, {
    cwd: launch.cwd,
    env,
    detached: true,
    stdio: ['ignore', descriptor, descriptor],
  });
  closeSync(descriptor);
  // Without a listener a failed start would end the whole process; the wait for readiness reports it.
  child.on('error', () => {});
  if (keep) child.unref();
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  const record = {
    name: launch.name,
    pid: child.pid ?? 0,
    began: identity?.began ?? 'never',
    ...(launch.trains && { trains: launch.trains }),
  };
  return { launch, child, logFile, record };
}

/** The sentence for a server that ended although nobody asked it to. */
export function deathSentence({ launch, child, logFile }: RunningServer, when: string, dataDir: string): string {
  const how = child.signalCode ?? `exit code ${child.exitCode}`;
  const lines = lastLines(readFileSync(logFile, 'utf8'), 12);
  return `${launch.title} ended ${when} (${how}); if its data is damaged, delete ${dataDir} (it holds local data only) and start again. The last lines of ${logFile}:\n${lines.replace(/^/gm, '  ')}`;
}

/** Waits until the server answers. Throws `SERVER_DIED` or `SERVER_SILENT`, or the reason of the abort. */
export async function awaitServing(server: RunningServer, dataDir: string, abort?: AbortSignal): Promise<void> {
  const { launch, child, logFile, record } = server;
  const deadline = Date.now() + startDeadlineMs;
  while (!(await launch.probe().catch(() => false))) {
    abort?.throwIfAborted();
    if (child.exitCode !== null || child.signalCode !== null || !isAlive(record)) {
      throw stackError('SERVER_DIED', deathSentence(server, 'while it was starting', dataDir));
    }
    if (Date.now() > deadline) {
      throw stackError(
        'SERVER_SILENT',
        `${launch.title} did not answer within ${startDeadlineMs / 1000} s: see ${logFile}, and start again when the machine is less busy.`,
      );
    }
    await sleep(50);
  }
}

/** Whether the process was gone in time. */
export async function awaitEnd(identity: ProcessIdentity, deadline: number): Promise<boolean> {
  while (isAlive(identity)) {
    if (Date.now() > deadline) return false;
    await sleep(25);
  }
  return true;
}

/** Ends a server: asks it to (or does not), and kills it if it is not gone in time. A pid that another process has by now is left alone. */
export async function endServer(record: ServerRecord, first: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  const wasAlive = isAlive(record);
  signal(record, first);
  const orderly = await awaitEnd(record, Date.now() + stopDeadlineMs);
  if (!orderly) {
    signal(record, 'SIGKILL');
    await awaitEnd(record, Date.now() + stopDeadlineMs);
  }
  if (record.trains === undefined) return;
  // The archive is whole only after an orderly end.
  try {
    if (wasAlive && orderly && first === 'SIGTERM') renameSync(record.trains.from, record.trains.to);
  } catch {
    // It was not written: the next run records it.
  } finally {
    rmSync(record.trains.from, { force: true });
  }
}
