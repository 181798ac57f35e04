import type { Violation } from '../trial/trial.ts';
import type { Plan } from './plan.ts';
import type { Plant } from './seating.ts';
import { simulate } from './simulate.ts';

export interface Broken {
  readonly plan: Plan;
  readonly violation: Violation;
}

/**
 * The smallest plan that still breaks the promise, found by leaving out what is not needed: halves first, then quarters, down to single faults and
 * samples (after Zeller and Hildebrandt's delta debugging, TSE 2002). At most `mostRuns` simulations.
 */
export async function shrink(plan: Plan, plant?: Plant, mostRuns = 300): Promise<Broken> {
  let runs = 0;
  // With less to do, other things happen at other times: the same plan gets a few chances.
  const broken = async (candidate: Plan, chances: number): Promise<Broken | undefined> => {
    for (let chance = 0; chance < chances; chance += 1) {
      runs += 1;
      const tried = { ...candidate, seed: candidate.seed + chance };
      const violation = (await simulate(tried, plant)).verdict.violations[0];
      if (violation !== undefined) return { plan: tried, violation };
    }
    return undefined;
  };
  const first = await broken(plan, 1);
  if (first === undefined) throw new Error(`seed ${plan.seed} breaks no promise: there is nothing to shrink`);
  let best = first;

  const without = async (part: 'faults' | 'samples'): Promise<void> => {
    let size = Math.ceil(best.plan[part].length / 2);
    while (size >= 1) {
      let from = 0;
      while (from < best.plan[part].length) {
        if (runs >= mostRuns) return;
        const left = { ...best.plan, [part]: [...best.plan[part]].toSpliced(from, size) };
        const found = await broken(left, 4);
        if (found === undefined) from += size;
        else best = found;
      }
      size = size === 1 ? 0 : Math.ceil(size / 2);
    }
  };
  await without('faults');
  await without('samples');
  await without('faults');
  return best;
}
