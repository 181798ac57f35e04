/** Instances of one agent as processes of a benchmark, which die with it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@muster/bus';
import type { MeshUrls } from '@muster/cli';
import { freePort } from '@muster/local-stack';
import { keep } from './children.ts';
import type { Answer, Question, Vitals } from './agent-leash.ts';

export interface FleetMember {
  readonly instance: string;
  readonly pid: number;
  /** Base of its probes and metrics. */
  readonly url: string;
  ready(withinMs?: number): Promise<void>;
  vitals(): Promise<Vitals>;
  /** Its memory just after a garbage collection. */
  alive(): Promise<NodeJS.MemoryUsage>;
  /** Writes a CPU profile of the next `forMs` into a file. */
  profile(forMs: number, file: string): Promise<void>;
  /** Value of one of its metrics, summed over labels; NaN when there is none. */
  metric(name: string): Promise<number>;
  /** Resolves when the process is gone. SIGTERM lets it finish; it is killed if that takes half a minute. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export interface MemberOptions {
  /** The program of the agent. */
  readonly main: string;
  readonly instance: string;
  readonly urls: MeshUrls;
  /** Its log goes to `logs/<instance>.log` in there. */
  readonly dataDir: string;
  readonly env?: NodeJS.ProcessEnv;
}

export const monitoringMain = resolve(import.meta.dirname, '../../../services/monitoring/src/main.ts');
export const subjectMain = resolve(import.meta.dirname, 'subject-main.ts');
const leash = join(import.meta.dirname, 'agent-leash.ts');
/** As `muster up` starts agents. */
const youngGeneration = '--max-semi-space-size=64';
const endWithinMs = 30_000;

/** Starts an instance and returns at once; `ready()` waits for it. */
export async function startMember({ main, instance, urls, dataDir, env = {} }: MemberOptions): Promise<FleetMember> {
  const logs = join(dataDir, 'logs');
  mkdirSync(logs, { recursive: true });
  const output = openSync(join(logs, `${instance}.log`), 'a');
  const port = await freePort();
  const child = spawn(process.execPath, [youngGeneration, '--import', leash, main], {
    stdio: ['ignore', output, output, 'ipc'],
    env: {
      NODE_COMPILE_CACHE: join(dataDir, 'compile-cache'),
      LOG_LEVEL: 'info',
      ...process.env,
      ...env,
      KAFKA_BROKERS: urls.kafkaBrokers,
      SCHEMA_REGISTRY_URL: urls.schemaRegistryUrl,
      REDIS_URL: urls.redisUrl,
      HTTP_PORT: String(port),
      MUSTER_INSTANCE: instance,
    },
  });
  closeSync(output);
  keep(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${instance} can't be started`);
  const url = `http://127.0.0.1:${port}`;
  const gone = new Promise<void>((settle) => child.once('exit', () => settle()));
  const isGone = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    instance,
    pid,
    url,
    async ready(withinMs = 90_000) {
      for (const until = Date.now() + withinMs; ; await sleep(50)) {
        if (isGone()) throw new Error(`${instance} ended while it started; its log is ${logs}/${instance}.log`);
        const isReady = await fetch(`${url}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        );
        if (isReady) return;
        if (Date.now() > until)
          throw new Error(`${instance} is not ready after ${withinMs / 1_000} s; its log is ${logs}/${instance}.log`);
      }
    },
    async vitals() {
      const answer = await ask(child, { kind: 'vitals' }, 60_000);
      if (answer.kind !== 'vitals') throw new Error(`${instance} answered something else`);
      return answer.vitals;
    },
    async alive() {
      const answer = await ask(child, { kind: 'alive' }, 60_000);
      if (answer.kind !== 'alive') throw new Error(`${instance} answered something else`);
      return answer.memory;
    },
    async profile(forMs, file) {
      await ask(child, { kind: 'profile', forMs, file }, forMs + 60_000);
    },
    async metric(name) {
      return metricIn(await metricsOf(url), name);
    },
    async end(signal) {
      if (isGone()) return;
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), endWithinMs);
      await gone;
      clearTimeout(timer);
    },
  };
}

/** The text of an agent's /metrics. */
export async function metricsOf(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}

export function metricIn(text: string, name: string): number {
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(([, value]) =>
    Number(value),
  );
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0);
}

/** Throws when somebody else shares the group: an agent that an earlier run left behind would take a part of the work unseen. */
export async function aloneInGroup(bus: Bus, agent: string, instances: number): Promise<void> {
  const group = `muster.${agent}`;
  const found = (await bus.log.admin.groups()).find((each) => each.group === group)?.members ?? 0;
  if (found > instances)
    throw new Error(
      `${found} members are in ${group} where ${instances} were started: end the agents that an earlier run left behind.`,
    );
}

function ask(child: ChildProcess, question: Question, withinMs: number): Promise<Answer> {
  return new Promise((settle, reject) => {
    const timer = setTimeout(() => finish(new Error(`no answer to ${question.kind} in time`)), withinMs);
    const gone = (): void => finish(new Error('the agent is gone'));
    const hear = (answer: Answer): void => {
      if (answer.kind === question.kind) finish(answer);
    };
    const finish = (outcome: Answer | Error): void => {
      clearTimeout(timer);
      child.off('message', hear).off('exit', gone);
      if (outcome instanceof Error) reject(outcome);
      else settle(outcome);
    };
    child.on('message', hear).once('exit', gone);
    child.send(question);
  });
}
