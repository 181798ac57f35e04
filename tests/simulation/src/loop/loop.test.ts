import { simulator, trySeeds } from '@muster/testkit';
import { describe, expect, it } from 'vitest';
import { loopCast } from './loop-cast.ts';
import { plantedLoopBugs } from './planted-bugs.ts';

describe('the loop', () => {
  it('goes the same way for the same seed, whatever was simulated before', { timeout: 60_000 }, async () => {
    const simulate = simulator(loopCast);
    const digestOf = async (seed: number): Promise<string> => (await simulate(loopCast.planOf(seed))).digest;
    const first = await digestOf(1);
    await digestOf(3);
    expect(await digestOf(1)).toBe(first);
  });

  it('keeps its promises under 20 seeds of faults', { timeout: 120_000 }, async () => {
    const { broken, figures } = await trySeeds(loopCast, { from: 1, seeds: 20 });
    expect(broken).toEqual([]);
    // It would be no wonder if nothing had happened.
    for (const name of [
      'completed',
      'compensated',
      'cancelled',
      'refused',
      'waiting',
      'approved',
      'retries',
      'effects',
      'alerts',
      'votes',
      'within',
      'adapted',
      'paused',
    ])
      expect(figures[name], name).toBeGreaterThan(0);
  });
});

// Those that take longer to be found are looked for by `npm run simulate:loop -- --planted`.
describe('a planted bug', () => {
  it.each([
    'coordinator: the task before its decision',
    'coordinator: a failed verification is taken for a good one',
    'recovery: a completed task is tried again',
    'monitoring: what was told is forgotten',
    'coordinator: a run does not wait for those within it',
  ])('is found: %s', { timeout: 120_000 }, async (name) => {
    const plant = plantedLoopBugs[name];
    const { broken } = await trySeeds(loopCast, { from: 1, seeds: 30, ...(plant && { plant }), mostBroken: 1 });
    expect(broken).toHaveLength(1);
  });
});
