import { trySeeds } from '@muster/testkit';
import { loopCast } from './loop-cast.ts';

/** What is made once for a process takes turns of its own: the first simulation would not go as the same seed goes later. */
export async function warmUp(): Promise<void> {
  await trySeeds(loopCast, { from: 1, seeds: 1 });
}
