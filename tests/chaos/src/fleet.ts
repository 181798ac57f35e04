/** The subject agents of a trial as processes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const agentNames = ['teller', 'foreman', 'worker'] as const;
export type AgentName = (typeof agentNames)[number];

export interface Instance {
  readonly agent: AgentName;
  readonly name: string;
  readonly logFile: string;
  /** Resolves when it takes messages. Throws when it ended, or did not come to that within a minute and a half. */
  ready(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** SIGTERM, and `kill -9` if it is not gone within 30 s. */
  stop(): Promise<void>;
}

export interface Fleet {
  start(agent: AgentName, extra?: Readonly<Record<string, string>>): Instance;
  /** Those that nobody ended. */
  of(agent: AgentName): readonly Instance[];
  readonly all: readonly Instance[];
  /** Instances that ended by themselves, each in a sentence. */
  readonly deaths: readonly string[];
  stopAll(): Promise<void>;
  killAll(): Promise<void>;
}

const subject = resolve(import.meta.dirname, 'subject.ts');
const compileCache = resolve(import.meta.dirname, '../../../.muster/compile-cache');
const readyWithinMs = 90_000;
const stopWithinMs = 30_000;

/** @param env addresses of the servers, and what else every instance is told */
export function fleetOf(dataDir: string, env: Readonly<Record<string, string>>, signal: AbortSignal): Fleet {
  const live = new Set<Instance>();
  const deaths: string[] = [];
  const logs = join(dataDir, 'logs');
  let started = 0;
  mkdirSync(logs, { recursive: true });

  const start: Fleet['start'] = (agent, extra = {}) => {
    started += 1;
    const name = `${agent}-${started}`;
    const logFile = join(logs, `${name}.log`);
    const output = openSync(logFile, 'w');
    const child = spawn(process.execPath, [subject], {
      // A group of its own: a terminal's Ctrl-C comes to us alone. The channel tells it when we are gone.
      detached: true,
      stdio: ['ignore', output, output, 'ipc'],
      env: {
        NODE_COMPILE_CACHE: compileCache,
        ...process.env,
        ...env,
        ...extra,
        CHAOS_AGENT: agent,
        MUSTER_INSTANCE: name,
        HTTP_PORT: '0',
      },
    });
    closeSync(output);
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.on('error', () => undefined);
    let isMeant = false;
    child.once('exit', (code, by) => {
      live.delete(instance);
      if (!isMeant) deaths.push(`${name} ended by itself (${by ?? `exit code ${code}`}): ${lastLine(logFile)}`);
    });
    const instance: Instance = {
      agent,
      name,
      logFile,
      ready: () => awaitReady(child, name, logFile, signal),
      freeze: () => void child.kill('SIGSTOP'),
      thaw: () => void child.kill('SIGCONT'),
      async kill() {
        isMeant = true;
        live.delete(instance);
        child.kill('SIGKILL');
        await ended;
      },
      async stop() {
        isMeant = true;
        live.delete(instance);
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
        await ended;
        clearTimeout(timer);
      },
    };
    live.add(instance);
    return instance;
  };

  return {
    start,
    of: (agent) => [...live].filter((instance) => instance.agent === agent),
    get all() {
      return [...live];
    },
    deaths,
    async stopAll() {
      await Promise.all([...live].map((instance) => instance.stop()));
    },
    async killAll() {
      await Promise.all([...live].map((instance) => instance.kill()));
    },
  };
}

async function awaitReady(child: ChildProcess, name: string, logFile: string, signal: AbortSignal): Promise<void> {
  for (const until = Date.now() + readyWithinMs; Date.now() < until; await sleep(100, undefined, { signal })) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${name} ended while it started: ${lastLine(logFile)} Its log is ${logFile}.`);
    const url = /"probes":"([^"]+)"/.exec(readFileSync(logFile, 'utf8'))?.[1];
    if (url !== undefined && (await isOk(`${url}/readyz`))) return;
  }
  throw new Error(`${name} is not ready after ${readyWithinMs / 1_000} s; its log is ${logFile}.`);
}

async function isOk(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

const lastLine = (logFile: string): string => readFileSync(logFile, 'utf8').trimEnd().split('\n').at(-1) ?? '';
