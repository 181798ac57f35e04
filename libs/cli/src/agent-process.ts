/** One agent as a process of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, identify, isAlive, signal } from '@muster/local-stack';
import type { ProcessIdentity } from '@muster/local-stack';
import { Failure } from './failure.ts';
import type { MeshUrls, RunningAgent } from './mesh-state.ts';
import { projectDir } from './project.ts';
import type { Service } from './project.ts';

export interface AgentProcess {
  readonly agent: RunningAgent & ProcessIdentity;
  readonly child: ChildProcess;
}

export interface Spawning {
  readonly urls: MeshUrls;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The state of a busy key lives longer than V8 takes anything to live that dies young: room for it saves a fifth of the CPU (measured at 10,000 keys). */
const youngGeneration = '--max-semi-space-size=64';
const READY_WITHIN_MS = 90_000;
const STOP_WITHIN_MS = 25_000;
const LOOK_EVERY_MS = 150;
const TELL_EVERY_MS = 10_000;

/** Below this folder of a mesh's own, jobs read and write, unless MUSTER_DATA_DIRECTORY names another. */
const jobsFolder = (dataDir: string): string => join(dataDir, 'data');

/** Starts an agent; its output goes to a log file of its own. A terminal's Ctrl-C does not reach it: whoever started it ends it. */
export async function spawnAgent({ name, main }: Service, { urls, dataDir, env }: Spawning): Promise<AgentProcess> {
  const logsDir = join(dataDir, 'logs');
  mkdirSync(logsDir, { recursive: true });
  const logFile = join(logsDir, `${name}.log`);
  mkdirSync(jobsFolder(dataDir), { recursive: true });
  const port = await freePort();
  const output = openSync(logFile, 'w');
  const child = spawn(process.execPath, [youngGeneration, main], {
    cwd: projectDir,
    detached: true,
    stdio: ['ignore', output, output],
    env: {
      NODE_COMPILE_CACHE: join(dataDir, 'compile-cache'),
      MUSTER_DATA_DIRECTORY: jobsFolder(dataDir),
      ...env,
      KAFKA_BROKERS: urls.kafkaBrokers,
      SCHEMA_REGISTRY_URL: urls.schemaRegistryUrl,
      REDIS_URL: urls.redisUrl,
      HTTP_PORT: String(port),
      MUSTER_INSTANCE: `${name}-1`,
    },
  });
  closeSync(output);
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity === undefined) throw new Failure(`The agent ${name} can't be started: ${lastWords(logFile)}`);
  return { agent: { ...identity, name, url: `http://127.0.0.1:${port}`, logFile }, child };
}

/**
 * Resolves when the agent takes messages; says from time to time why it does not yet. Throws a Failure with its last words when it ends
 * before, or with its reason when it takes too long.
 */
export async function awaitReady(
  { agent, child }: AgentProcess,
  log: (line: string) => void,
  stopping?: AbortSignal,
): Promise<void> {
  const { name, url, logFile } = agent;
  const startedAt = Date.now();
  let reason = 'it does not answer';
  let tellAt = startedAt + TELL_EVERY_MS;
  for (let now = startedAt; now < startedAt + READY_WITHIN_MS; now = Date.now()) {
    stopping?.throwIfAborted();
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Failure(
        `The agent ${name} ended while it started (${endOf(child)}): ${lastWords(logFile)} Its log is ${logFile}.`,
      );
    const answer = await probe(url);
    if (answer.isReady) return;
    reason = answer.reason ?? reason;
    if (now >= tellAt) {
      log(`${name} is not ready yet: ${reason}`);
      tellAt = now + TELL_EVERY_MS;
    }
    await sleep(LOOK_EVERY_MS);
  }
  throw new Failure(
    `The agent ${name} isn't ready after ${READY_WITHIN_MS / 1_000} s: ${reason}. Its log is ${logFile}.`,
  );
}

export const endOf = ({ exitCode, signalCode }: ChildProcess): string =>
  signalCode === null ? `exit code ${exitCode}` : signalCode;

/** Asks a process to end, waits, and ends it if it does not. */
export async function endProcess(identity: ProcessIdentity, withinMs = STOP_WITHIN_MS): Promise<void> {
  signal(identity, 'SIGTERM');
  if (await isOver(identity, withinMs)) return;
  await killProcess(identity);
}

/** Ends a process at once, and waits until it is gone. */
export async function killProcess(identity: ProcessIdentity): Promise<void> {
  signal(identity, 'SIGKILL');
  await isOver(identity, 5_000);
}

async function isOver(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  for (const until = Date.now() + withinMs; Date.now() < until; await sleep(50)) if (!isAlive(identity)) return true;
  return !isAlive(identity);
}

async function probe(url: string): Promise<{ readonly isReady: boolean; readonly reason?: string }> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    if (response.ok) return { isReady: true };
    const body = (await response.json()) as { reason?: unknown };
    return { isReady: false, ...(typeof body.reason === 'string' && { reason: body.reason }) };
  } catch {
    return { isReady: false };
  }
}

/** Why a process ended, as far as its log tells: what it called fatal, else its last line; without the wrapping of structured ones. */
function lastWords(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  const entries = lines.map((line) => ({ line, ...entryOf(line) }));
  const { line, level, words } = entries.findLast((each) => each.level >= FATAL) ?? entries.at(-1) ?? nothingSaid;
  return level === 0 ? line || 'it said nothing.' : words || line;
}

const FATAL = 60;
const nothingSaid = { line: '', level: 0, words: '' };

function entryOf(line: string): { readonly level: number; readonly words: string } {
  try {
    const { level, msg, fault } = JSON.parse(line) as { level?: unknown; msg?: unknown; fault?: unknown };
    const words = [msg, fault].filter((part) => typeof part === 'string').join(': ');
    return { level: typeof level === 'number' ? level : 1, words };
  } catch {
    return { level: 0, words: '' };
  }
}
