import { join, resolve } from 'node:path';
import { checkRoom, emptyDataFolder, openDataFolder } from './data-folder.ts';
import { awaitLock, tryLock } from './folder-lock.ts';
import { checkGiven, givenServers } from './given-servers.ts';
import { brokersOf } from './kafka-server.ts';
import { launchServers } from './launching.ts';
import { type BrokerCount, choosePorts, type Ports } from './ports.ts';
import { prepareServers, providePrograms } from './preparation.ts';
import { identify, isAlive } from './process-identity.ts';
import { registryUrl } from './registry-server.ts';
import { controlOf } from './server-control.ts';
import { asStack, endServers, isRunning, type Stack, stopStack } from './stack.ts';
import { stackError } from './stack-error.ts';
import { readState, type ServerRecord, type StackState, writeState } from './stack-state.ts';

export type StackOptions = {
  /** Holds the servers' data, logs, ports and the state file. One stack runs from one folder. */
  readonly dataDir: string;
  /** How many Kafka brokers; of three, one can be lost. A folder stays with the number it began with until it is emptied. Default 1. */
  readonly brokers?: BrokerCount;
  /** Ports that must be these; any not named here is chosen. */
  readonly ports?: Partial<Ports>;
  /** Told, in short lines for people, what is going on. */
  readonly log?: (line: string) => void;
  /** The servers go on when this process ends. Without it they end with it. */
  readonly keep?: boolean;
  /** What to do when a stack runs from this folder already: refuse (the default), or give that one. */
  readonly ifRunning?: 'refuse' | 'use';
  /** Begin with empty servers: what an earlier stack stored in this folder is dropped. */
  readonly fresh?: boolean;
  /** Where fetched programs are kept; `.muster/cache` in the project by default. */
  readonly cacheDir?: string;
  /** Where `KAFKA_BROKERS`, `SCHEMA_REGISTRY_URL` and `REDIS_URL` are looked up; the process environment by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** Gives up the start; what was started is ended. */
  readonly signal?: AbortSignal;
  /** Told, in a sentence, when a server that was started ends although nobody stopped it. */
  readonly onServerDeath?: (sentence: string) => void;
};

const defaultCacheDir = join(import.meta.dirname, '..', '..', '..', '.muster', 'cache');

/**
 * Gives running servers: those the environment names, and for the others real ones started from `dataDir`, side by
 * side. Programs that are missing are fetched first. Throws a `StackError`, and then leaves nothing running.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { log = () => {} } = options;
  const given = givenServers(options.env ?? process.env);
  await checkGiven(given);
  const { kafkaBrokers, schemaRegistryUrl, redisUrl } = given;
  if (kafkaBrokers && schemaRegistryUrl && redisUrl) {
    log('Using the Kafka, schema registry and Redis that the environment names');
    return { kafkaBrokers, schemaRegistryUrl, redisUrl, processes: [], servers: [], keep: true, stop: async () => {} };
  }
  const dataDir = resolve(options.dataDir);
  const freeBytes = openDataFolder(dataDir);
  const release = await lockFolder(dataDir, options);
  try {
    const state = readState(dataDir);
    if (state && isRunning(state)) return reuse(dataDir, state, options);
    if (state?.servers.some(isAlive)) log('Ending the servers that an interrupted run left behind');
    if (state) await endServers(dataDir, state);
    checkRoom(dataDir, freeBytes);
    if (options.fresh) emptyDataFolder(dataDir);
    return await launch(dataDir, options);
  } catch (error) {
    // Whatever the interruption made fail first, it is the reason.
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    release();
  }
}

async function lockFolder(dataDir: string, { ifRunning, log, signal }: StackOptions): Promise<() => void> {
  if (ifRunning === 'use')
    return awaitLock(dataDir, () => log?.('Waiting for another start or stop from this data folder'), signal);
  const release = tryLock(dataDir);
  if (release) return release;
  throw stackError(
    'ALREADY_RUNNING',
    `Another process is starting or stopping a local stack from ${dataDir}: wait for it, or choose another data folder.`,
  );
}

function reuse(dataDir: string, state: StackState, { ifRunning }: StackOptions): Stack {
  if (ifRunning === 'use') return asStack(state, () => stopStack(dataDir));
  throw stackError(
    'ALREADY_RUNNING',
    `A local stack runs from ${dataDir} already (process ${state.owner.pid} started it): use that one, stop it first, or choose another data folder.`,
  );
}

async function launch(dataDir: string, options: StackOptions): Promise<Stack> {
  const { log = () => {}, keep = false, cacheDir = defaultCacheDir, signal, onServerDeath = () => {} } = options;
  const given = givenServers(options.env ?? process.env);
  const fetching = { cacheDir, log, signal };
  const programs = await providePrograms(given, fetching);
  const ports = await choosePorts(dataDir, options.ports ?? {}, options.brokers);
  const owner = identify(process.pid) ?? { pid: process.pid, began: '' };
  let state: StackState = {
    kafkaBrokers: given.kafkaBrokers ?? bootstrapOf(ports),
    schemaRegistryUrl: given.schemaRegistryUrl ?? registryUrl(ports),
    redisUrl: given.redisUrl ?? `redis://127.0.0.1:${ports.redis}`,
    ready: false,
    keep,
    owner,
    servers: [],
  };
  const record = (change: Partial<StackState>) => {
    state = { ...state, ...change };
    writeState(dataDir, state);
  };
  try {
    log('Starting Kafka, the schema registry and Redis');
    const onLaunch = (servers: StackState['servers']) => record({ servers });
    const servers = await launchServers(prepareServers(programs, given, dataDir, ports, fetching), {
      dataDir,
      keep,
      log,
      signal,
      onSpawn: onLaunch,
    });
    record({ ready: true });
    let stopping = false;
    const onSpawn = (server: ServerRecord) =>
      record({ servers: [...state.servers.filter(({ name }) => name !== server.name), server] });
    const isStopping = () => stopping;
    const controls = servers.map((server) =>
      controlOf(server, { dataDir, keep, onSpawn, isStopping, onDeath: onServerDeath }),
    );
    const stop = async () => {
      stopping = true;
      const release = await awaitLock(dataDir, () => {});
      await endServers(dataDir, state).finally(release);
    };
    return asStack(state, stop, controls);
  } catch (error) {
    await endServers(dataDir, state);
    throw error;
  }
}

const bootstrapOf = (ports: Ports): string =>
  brokersOf(ports)
    .map(({ port }) => `127.0.0.1:${port}`)
    .join(',');
