import type { Launch } from './launch.ts';
import { awaitServing, type RunningServer, spawnServer } from './server-process.ts';
import type { ServerRecord } from './stack-state.ts';

export type LaunchingOptions = {
  readonly dataDir: string;
  readonly keep: boolean;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
  /** Told the servers spawned so far, so that they are on record before anything can go wrong. */
  readonly onSpawn: (servers: readonly ServerRecord[]) => void;
};

async function launchOne(
  preparing: Promise<Launch>,
  spawned: RunningServer[],
  abort: AbortSignal,
  options: LaunchingOptions,
): Promise<void> {
  const startedAt = Date.now();
  const launch = await preparing;
  abort.throwIfAborted();
  const server = spawnServer(launch, options.dataDir, options.keep);
  spawned.push(server);
  options.onSpawn(spawned.map(({ record }) => record));
  await awaitServing(server, options.dataDir, abort);
  options.log(`${launch.title} is ready (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
}

/**
 * Starts the servers side by side and waits until all of them serve. On the first failure the others' waits end too and
 * it is thrown; ending what was spawned is the caller's part.
 */
export async function launchServers(
  launches: readonly Promise<Launch>[],
  options: LaunchingOptions,
): Promise<readonly RunningServer[]> {
  const failure = new AbortController();
  const abort = options.signal ? AbortSignal.any([failure.signal, options.signal]) : failure.signal;
  const spawned: RunningServer[] = [];
  const starts = launches.map((preparing) => launchOne(preparing, spawned, abort, options));
  try {
    await Promise.all(starts);
    return spawned;
  } catch (error) {
    failure.abort(error);
    await Promise.allSettled(starts);
    throw error;
  }
}
