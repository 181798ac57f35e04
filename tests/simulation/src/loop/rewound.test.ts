import { trySeeds } from '@muster/testkit';
import { describe, expect, it } from 'vitest';
import { plantedLoopBugs } from './planted-bugs.ts';
import { rewoundCast } from './rewound-plan.ts';

// More of them: `npm run simulate:loop -- --rewound --seeds 2000 --jobs 2`.
describe('a state store that goes back while changes are decided', () => {
  it('leaves every change with one decision', { timeout: 120_000 }, async () => {
    const { broken, figures } = await trySeeds(rewoundCast, { from: 1, seeds: 8 });
    expect(broken).toEqual([]);
    expect(figures['changes']).toBe(8 * 12);
  });

  it('shows an approval that forgets what it decided', { timeout: 120_000 }, async () => {
    const plant = plantedLoopBugs['approval: what was decided is forgotten'];
    const { broken } = await trySeeds(rewoundCast, { from: 1, seeds: 12, ...(plant && { plant }), mostBroken: 1 });
    expect(broken).toHaveLength(1);
  });
});
