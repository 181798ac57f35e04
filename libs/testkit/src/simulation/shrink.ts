import type { Breach, Cast } from './cast.ts';
import type { Plan } from './plan.ts';
import type { Plant } from './seating.ts';
import { simulator } from './simulate.ts';

export interface Broken<P extends Plan> {
  readonly plan: P;
  readonly violation: Breach;
}

/**
 * The smallest plan that still breaks the promise, found by leaving out what is not needed: halves first, then quarters, down to single pieces
 * (after Zeller and Hildebrandt's delta debugging, TSE 2002). At most `mostRuns` simulations.
 */
export async function shrink<P extends Plan>(
  cast: Cast<P>,
  plan: P,
  plant?: Plant,
  mostRuns = 300,
): Promise<Broken<P>> {
  const simulate = simulator(cast);
  let runs = 0;
  // With less to do, other things happen at other times: the same plan gets a few chances.
  const broken = async (candidate: P, chances: number): Promise<Broken<P> | undefined> => {
    for (let chance = 0; chance < chances; chance += 1) {
      runs += 1;
      const tried = { ...candidate, seed: candidate.seed + chance };
      const violation = (await simulate(tried, plant)).violations[0];
      if (violation !== undefined) return { plan: tried, violation };
    }
    return undefined;
  };
  const first = await broken(plan, 1);
  if (first === undefined) throw new Error(`seed ${plan.seed} breaks no promise: there is nothing to shrink`);
  let best = first;

  const without = async (part: (typeof cast.parts)[number]): Promise<void> => {
    const pieces = (): readonly unknown[] => best.plan[part] as readonly unknown[];
    let size = Math.ceil(pieces().length / 2);
    while (size >= 1) {
      let from = 0;
      while (from < pieces().length) {
        if (runs >= mostRuns) return;
        const left = { ...best.plan, [part]: pieces().toSpliced(from, size) };
        const found = await broken(left, 4);
        if (found === undefined) from += size;
        else best = found;
      }
      size = size === 1 ? 0 : Math.ceil(size / 2);
    }
  };
  for (const part of cast.parts) await without(part);
  // What was needed beside something else may not be needed without it.
  if (cast.parts[0] !== undefined) await without(cast.parts[0]);
  return best;
}
