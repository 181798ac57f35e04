/** The state file of a mesh, `mesh.json` in its data folder: enough to find, use and end it from another process. */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '@muster/local-stack';
import type { ProcessIdentity } from '@muster/local-stack';

/** Where the servers of a mesh are. */
export interface MeshUrls {
  /** `host:port`, several separated by commas. */
  readonly kafkaBrokers: string;
  readonly schemaRegistryUrl: string;
  readonly redisUrl: string;
}

export interface RunningAgent {
  readonly name: string;
  readonly pid: number;
  /** Base of its probes. */
  readonly url: string;
  readonly logFile: string;
}

export interface MeshState {
  readonly urls: MeshUrls;
  /** The process that started it. */
  readonly owner: ProcessIdentity;
  /** True when it goes on without its owner. */
  readonly isDetached: boolean;
  readonly startedAt: number;
  readonly agents: readonly (RunningAgent & ProcessIdentity)[];
}

const fileIn = (dataDir: string): string => join(dataDir, 'mesh.json');

/** What is recorded, alive or not; undefined when there is nothing that can be read. */
export function readMeshState(dataDir: string): MeshState | undefined {
  try {
    const state = JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as Partial<MeshState>;
    return state.urls && state.owner && Array.isArray(state.agents) ? (state as MeshState) : undefined;
  } catch {
    return undefined;
  }
}

export function writeMeshState(dataDir: string, state: MeshState): void {
  mkdirSync(dataDir, { recursive: true });
  const draft = `${fileIn(dataDir)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(draft, fileIn(dataDir));
}

export function removeMeshState(dataDir: string): void {
  rmSync(fileIn(dataDir), { force: true });
}

/** Whether the recorded mesh runs: its owner does, or it was left running and an agent still does. */
export const isMeshAlive = (state: MeshState): boolean =>
  state.isDetached ? state.agents.length === 0 || state.agents.some(isAlive) : isAlive(state.owner);
