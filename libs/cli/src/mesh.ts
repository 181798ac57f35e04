/** A whole mesh on this machine: the servers, the topics and schemas, the agents. */
import type { ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { findStack, identify, isAlive, startStack, stopStack } from '@muster/local-stack';
import { awaitReady, endOf, endProcess, killProcess, spawnAgent } from './agent-process.ts';
import type { AgentProcess } from './agent-process.ts';
import { Failure } from './failure.ts';
import { isMeshAlive, readMeshState, removeMeshState, writeMeshState } from './mesh-state.ts';
import type { MeshState, MeshUrls, RunningAgent } from './mesh-state.ts';
import { loadAgents } from './mesh-topics.ts';
import { prepareCluster } from './prepare-cluster.ts';
import { findServices } from './project.ts';

export interface MeshOptions {
  /** Holds the servers' data, logs and the state files. One mesh runs from one folder. */
  readonly dataDir: string;
  /** Told, in short lines for people, what is going on. */
  readonly log?: (line: string) => void;
  /** Names of the service folders to run. Default: all there are. */
  readonly agents?: readonly string[];
  /** Environment of the agents besides what addresses the servers; also names servers to use instead of starting some. Default: `process.env`. */
  readonly env?: NodeJS.ProcessEnv;
  /** The mesh goes on when this process ends. */
  readonly isDetached?: boolean;
  /** Begin with empty servers. */
  readonly fresh?: boolean;
  /** Gives up the start; what was started is ended. */
  readonly signal?: AbortSignal;
  /** Told, in a sentence, when a server or an agent ends although nobody stopped it. */
  readonly onDeath?: (sentence: string) => void;
}

export interface Mesh {
  readonly urls: MeshUrls;
  /** As they run now. */
  readonly agents: readonly RunningAgent[];
  /**
   * Ends an agent as a crash does (SIGKILL), and starts it again; resolves when it is ready. `onDeath` is not told. Throws a Failure when it does
   * not come back.
   */
  crash(name: string): Promise<RunningAgent>;
  /** Ends the agents, then the servers that were started. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts servers (or uses those the environment names), creates topics, pushes schemas, starts the agents, and resolves when each is ready.
 * Throws a Failure, and then leaves nothing running.
 */
export async function startMesh(options: MeshOptions): Promise<Mesh> {
  const { log = () => {}, env = process.env, isDetached = false, fresh = false, signal, onDeath } = options;
  const dataDir = resolve(options.dataDir);
  await clearFolder(dataDir, log);
  const services = chooseServices(options.agents);
  const stack = await startStack({
    dataDir,
    log,
    env,
    fresh,
    keep: isDetached,
    ...(signal && { signal }),
    ...(onDeath && { onServerDeath: onDeath }),
  });
  const { kafkaBrokers, schemaRegistryUrl, redisUrl } = stack;
  const urls: MeshUrls = { kafkaBrokers, schemaRegistryUrl, redisUrl };
  const running: AgentProcess[] = [];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      await Promise.all(running.map(({ agent }) => endProcess(agent)));
      await stack.stop();
      removeMeshState(dataDir);
    })());
  const record = (isDone: boolean) =>
    writeMeshState(dataDir, {
      urls,
      owner: identify(process.pid)!,
      isDetached: isDetached && isDone,
      startedAt: Date.now(),
      agents: running.map(({ agent }) => agent),
    });
  try {
    record(false);
    log('Creating topics, pushing schemas');
    await prepareCluster(urls, await loadAgents(services));
    signal?.throwIfAborted();
    if (services.length > 0) log(`Starting ${services.map(({ name }) => name).join(', ')}`);
    for (const service of services) {
      running.push(await spawnAgent(service, { urls, dataDir, env }));
      record(false);
    }
    await Promise.all(
      running.map(async (process) => {
        await awaitReady(process, log, signal);
        log(`${process.agent.name} is ready`);
      }),
    );
    record(true);
  } catch (error) {
    await stop();
    throw error;
  }
  const watch = ({ agent, child }: AgentProcess): void => {
    if (isDetached) child.unref();
    else
      child.once('exit', () => {
        const isWanted = running.some((one) => one.child === child);
        if (stopping === undefined && isWanted) onDeath?.(deathSentence(agent, child));
      });
  };
  for (const process of running) watch(process);
  const crash = async (name: string): Promise<RunningAgent> => {
    const place = running.findIndex(({ agent }) => agent.name === name);
    const [old] = place < 0 ? [] : running.splice(place, 1);
    if (old === undefined) throw new Failure(`There is no agent ${name} in this mesh.`);
    await killProcess(old.agent);
    const [service] = chooseServices([name]);
    const next = await spawnAgent(service!, { urls, dataDir, env });
    running.splice(place, 0, next);
    record(true);
    await awaitReady(next, log, signal);
    watch(next);
    return told(next);
  };
  return {
    urls,
    get agents() {
      return running.map(told);
    },
    crash,
    stop,
  };
}

const told = ({ agent: { name, pid, url, logFile } }: AgentProcess): RunningAgent => ({ name, pid, url, logFile });

const deathSentence = ({ name, logFile }: RunningAgent, child: ChildProcess): string =>
  `The agent ${name} ended by itself (${endOf(child)}); its log is ${logFile}.`;

/** The mesh that runs from a data folder, whoever started it; undefined when none does. */
export function findMesh(dataDir: string): MeshState | undefined {
  const state = readMeshState(resolve(dataDir));
  return state !== undefined && isMeshAlive(state) ? state : undefined;
}

/** Ends the mesh that was started from a data folder, whoever started it. Resolves to `false` when there was none. */
export async function stopMesh(dataDir: string): Promise<boolean> {
  const folder = resolve(dataDir);
  const state = readMeshState(folder);
  const stack = await findStack(folder);
  if (state === undefined && stack === undefined) return false;
  // A mesh in the foreground is ended by its owner, which knows best what it has begun.
  if (state && !state.isDetached && state.owner.pid !== process.pid && isAlive(state.owner)) {
    await endProcess(state.owner, 60_000);
  }
  await Promise.all((state?.agents ?? []).map((agent) => endProcess(agent)));
  await stopStack(folder);
  removeMeshState(folder);
  return true;
}

/** Refuses a folder whose mesh runs; ends what an interrupted one left behind. */
async function clearFolder(dataDir: string, log: (line: string) => void): Promise<void> {
  const state = readMeshState(dataDir);
  if (state === undefined) return;
  if (isMeshAlive(state))
    throw new Failure(`A mesh runs from ${dataDir} already: use that one, or end it with \`muster down\`.`);
  const left = state.agents.filter(isAlive);
  if (left.length > 0) log('Ending the agents that an interrupted run left behind');
  await Promise.all(left.map((agent) => endProcess(agent)));
  if (state.isDetached) await stopStack(dataDir);
  removeMeshState(dataDir);
}

function chooseServices(wanted: readonly string[] | undefined) {
  const services = findServices();
  if (wanted === undefined) return services;
  return wanted.map((name) => {
    const service = services.find((candidate) => candidate.name === name);
    if (service === undefined)
      throw new Failure(
        `There is no agent ${name}: there are ${services.map((candidate) => candidate.name).join(', ')}.`,
        2,
      );
    return service;
  });
}
