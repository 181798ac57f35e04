import { findStack } from '@muster/local-stack';
import { isMeshAlive, readMeshState } from './mesh-state.ts';
import type { MeshUrls } from './mesh-state.ts';

/** The servers that run from a data folder, with or without agents; undefined when none do. */
export async function findUrls(dataDir: string): Promise<MeshUrls | undefined> {
  const state = readMeshState(dataDir);
  if (state !== undefined && isMeshAlive(state)) return state.urls;
  return findStack(dataDir).catch(() => undefined);
}
