import { resolve } from 'node:path';
import { awaitLock } from './folder-lock.ts';
import { isAlive } from './process-identity.ts';
import type { ServerControl } from './server-control.ts';
import { endServer } from './server-process.ts';
import { readState, removeState, type ServerName, type StackState } from './stack-state.ts';

/** Running servers, ours or given by the environment. */
export type Stack = {
  /** `host:port`, several separated by commas. */
  readonly kafkaBrokers: string;
  /** The base URL of Confluent's registry API. */
  readonly schemaRegistryUrl: string;
  readonly redisUrl: string;
  /** The servers started for this stack; empty when all are given. */
  readonly processes: readonly { readonly name: ServerName; readonly pid: number }[];
  /** The same, each to be killed and started again; empty when another process started them. */
  readonly servers: readonly ServerControl[];
  /** True when the servers outlive the process that started them. */
  readonly keep: boolean;
  /** Ends the started servers and waits for it. May be called again. */
  stop(): Promise<void>;
};

export function asStack(state: StackState, stop: () => Promise<void>, servers: readonly ServerControl[] = []): Stack {
  const { kafkaBrokers, schemaRegistryUrl, redisUrl, keep } = state;
  return {
    kafkaBrokers,
    schemaRegistryUrl,
    redisUrl,
    keep,
    stop,
    servers,
    get processes() {
      return (servers.length > 0 ? servers : state.servers).map(({ name, pid }) => ({ name, pid }));
    },
  };
}

/** A stack runs when it became ready, every server lives, and so does its owner if it depends on one. */
export function isRunning(state: StackState): boolean {
  return state.ready && state.servers.every(isAlive) && (state.keep || isAlive(state.owner));
}

/**
 * Ends the servers on record, side by side since none needs another one to end well, and drops the record unless a
 * later start has replaced it. The caller holds the folder's lock.
 */
export async function endServers(dataDir: string, state: StackState): Promise<void> {
  // A broker asks the others' leave to go: three that go together wait for a quorum in vain. What they acknowledged survives a crash.
  const isQuorum = state.servers.some(({ name }) => name === 'kafka2');
  const how = (name: ServerName) => (isQuorum && name.startsWith('kafka') ? 'SIGKILL' : 'SIGTERM');
  await Promise.all(state.servers.map((server) => endServer(server, how(server.name))));
  const recorded = readState(dataDir);
  if (recorded?.owner.pid === state.owner.pid && recorded.owner.began === state.owner.began) removeState(dataDir);
}

/** The stack that runs from this data folder, whoever started it; undefined when none does. */
export async function findStack(dataDir: string): Promise<Stack | undefined> {
  const folder = resolve(dataDir);
  const state = readState(folder);
  return state && isRunning(state) ? asStack(state, () => stopStack(folder)) : undefined;
}

/** Ends the servers that were started from this data folder, whoever started them; that there are none is no error. */
export async function stopStack(dataDir: string): Promise<void> {
  const folder = resolve(dataDir);
  if (readState(folder) === undefined) return;
  const release = await awaitLock(folder, () => {});
  try {
    const state = readState(folder);
    if (state) await endServers(folder, state);
  } finally {
    release();
  }
}
