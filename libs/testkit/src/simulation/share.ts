import { parentPort, workerData } from 'node:worker_threads';
import type { Cast } from './cast.ts';
import type { Plan } from './plan.ts';
import { trySeeds, type Tried } from './simulating.ts';

/** What a worker of a simulation does: its share of the seeds. Says how far it is every `every` seeds, and at its end. */
export async function tryShare<P extends Plan>(cast: Cast<P>, every = 50): Promise<void> {
  const { from, seeds } = workerData as { from: number; seeds: number };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
  const say = (message: { tried: Tried; isOver: boolean }): void => parentPort?.postMessage(message);
  let told = 0;
  const progress = (tried: Tried): void => {
    if (tried.seeds - told < every) return;
    told = tried.seeds;
    say({ tried, isOver: false });
  };
  const tried = await trySeeds(cast, { from, seeds, mostBroken: 5, progress });
  say({ tried, isOver: true });
}
