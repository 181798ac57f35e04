/** Many seeds, one after the other. */
import type { Cast, Figures } from './cast.ts';
import type { Plan } from './plan.ts';
import type { Plant } from './seating.ts';
import { simulator } from './simulate.ts';

export interface Tried {
  readonly seeds: number;
  /** Summed over the seeds. */
  readonly figures: Figures;
  /** Seeds that broke the promise. */
  readonly broken: readonly number[];
}

export interface Trying {
  readonly from: number;
  readonly seeds: number;
  readonly plant?: Plant;
  /** Ends after so many broken seeds. */
  readonly mostBroken?: number;
  readonly progress?: (tried: Tried) => void;
}

export const nothingTried: Tried = { seeds: 0, figures: {}, broken: [] };

export async function trySeeds<P extends Plan>(
  cast: Cast<P>,
  { from, seeds, plant, mostBroken = Infinity, progress }: Trying,
): Promise<Tried> {
  const simulate = simulator(cast);
  let tried = nothingTried;
  for (let seed = from; seed < from + seeds && tried.broken.length < mostBroken; seed += 1) {
    const plan = cast.planOf(seed);
    const { violations, figures } = await simulate(plan, plant);
    tried = added(tried, {
      seeds: 1,
      figures: { ...figures, faults: plan.faults.length },
      broken: violations.length > 0 ? [seed] : [],
    });
    progress?.(tried);
  }
  return tried;
}

export function added(a: Tried, b: Tried): Tried {
  const names = new Set([...Object.keys(a.figures), ...Object.keys(b.figures)]);
  return {
    seeds: a.seeds + b.seeds,
    figures: Object.fromEntries([...names].map((name) => [name, (a.figures[name] ?? 0) + (b.figures[name] ?? 0)])),
    broken: [...a.broken, ...b.broken].sort((x, y) => x - y),
  };
}
