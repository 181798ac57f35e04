import { describe, expect, it } from 'vitest';
import { plantedBugs } from './planted-bugs.ts';
import { shrink } from './shrink.ts';
import { simulator } from './simulate.ts';
import { trySeeds } from './simulating.ts';
import { subjectCast } from './subject-cast.ts';
import { planOf } from './subject-plan.ts';

const simulate = simulator(subjectCast);

describe('a simulation', () => {
  it('is the same again for the same seed, and another for another', async () => {
    const [first, again, other] = [await simulate(planOf(7)), await simulate(planOf(7)), await simulate(planOf(8))];
    expect(again.digest).toBe(first.digest);
    expect(again.tookVirtualMs).toBe(first.tookVirtualMs);
    expect(other.digest).not.toBe(first.digest);
  });

  it('finds the promise kept under 150 seeds of faults', { timeout: 120_000 }, async () => {
    const tried = await trySeeds(subjectCast, { from: 1, seeds: 150 });
    expect(tried.broken).toEqual([]);
    // It would be no wonder if nothing had happened.
    expect(tried.figures['copies']).toBeGreaterThan(50);
    expect(tried.figures['reruns']).toBeGreaterThan(5);
  });
});

describe('a planted bug', () => {
  it.each(Object.entries(plantedBugs))('is found within 200 seeds: %s', { timeout: 120_000 }, async (_, plant) => {
    const { broken } = await trySeeds(subjectCast, { from: 1, seeds: 200, plant, mostBroken: 1 });
    expect(broken).toHaveLength(1);
  });

  it('is shown by a plan without what it does not take', { timeout: 120_000 }, async () => {
    const plant = plantedBugs['state stored before its outputs are safe'];
    const { broken } = await trySeeds(subjectCast, { from: 1, seeds: 200, ...(plant && { plant }), mostBroken: 1 });
    const plan = planOf(broken[0] ?? 0);
    const least = await shrink(subjectCast, plan, plant);
    const size = ({ samples, faults }: typeof plan): number => samples.length + faults.length;
    expect(size(least.plan)).toBeLessThan(size(plan));
    expect(least.violation.sentence).not.toBe('');
  });
});
