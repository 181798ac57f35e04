import { trySeeds } from '@muster/testkit';
import { describe, expect, it } from 'vitest';
import { guardsCast } from './guards-cast.ts';
import { plantedGuardBugs } from './planted-bugs.ts';

// More of them: `npm run simulate:loop -- --guards --seeds 2000 --jobs 2`.
describe('the guards', () => {
  it('keep their promises under 3 seeds of faults', { timeout: 60_000 }, async () => {
    const { broken, figures } = await trySeeds(guardsCast, { from: 7, seeds: 3 });
    expect(broken).toEqual([]);
    // It would be no wonder if nothing had happened.
    for (const name of ['blocks', 'approved', 'releases', 'broken', 'affected', 'alerts', 'jobs', 'retries'])
      expect(figures[name], name).toBeGreaterThan(0);
  });
});

// Those that take longer to be found are looked for by `npm run simulate:loop -- --guards --planted`.
describe('a planted bug', () => {
  it.each([
    'security: the allow-list is not asked at the action',
    'health: what is well again is not said',
    'data-processing: the checkpoint is stored before the batch',
  ])('is found: %s', { timeout: 60_000 }, async (name) => {
    const plant = plantedGuardBugs[name];
    const { broken } = await trySeeds(guardsCast, { from: 1, seeds: 3, ...(plant && { plant }), mostBroken: 1 });
    expect(broken).toHaveLength(1);
  });
});
