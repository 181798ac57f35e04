import { parentPort, workerData } from 'node:worker_threads';
import { trySeeds, type Tried } from './simulating.ts';

/** A share of the seeds, on a core of its own: says how far it is every 50 seeds, and at its end. */
const { from, seeds } = workerData as { from: number; seeds: number };
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
const say = (message: { tried: Tried; isOver: boolean }): void => parentPort?.postMessage(message);
let told = 0;
const tell = (tried: Tried): void => {
  if (tried.seeds - told < 50) return;
  told = tried.seeds;
  say({ tried, isOver: false });
};
const tried = await trySeeds({ from, seeds, mostBroken: 5, progress: tell });
say({ tried, isOver: true });
