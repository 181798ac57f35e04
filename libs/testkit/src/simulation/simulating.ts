/** Many seeds, one after the other. */
import { planOf } from './plan.ts';
import type { Plant } from './seating.ts';
import { simulate } from './simulate.ts';

export interface Tried {
  readonly seeds: number;
  readonly messages: number;
  readonly copies: number;
  readonly reruns: number;
  readonly faults: number;
  readonly forgotten: number;
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

export async function trySeeds({ from, seeds, plant, mostBroken = Infinity, progress }: Trying): Promise<Tried> {
  let tried: Tried = { seeds: 0, messages: 0, copies: 0, reruns: 0, faults: 0, forgotten: 0, broken: [] };
  for (let seed = from; seed < from + seeds && tried.broken.length < mostBroken; seed += 1) {
    const plan = planOf(seed);
    const { verdict } = await simulate(plan, plant);
    tried = added(tried, {
      seeds: 1,
      messages: verdict.messages,
      copies: verdict.copies,
      reruns: verdict.reruns,
      faults: plan.faults.length,
      forgotten: verdict.forgotten,
      broken: verdict.violations.length > 0 ? [seed] : [],
    });
    progress?.(tried);
  }
  return tried;
}

export function added(a: Tried, b: Tried): Tried {
  return {
    seeds: a.seeds + b.seeds,
    messages: a.messages + b.messages,
    copies: a.copies + b.copies,
    reruns: a.reruns + b.reruns,
    faults: a.faults + b.faults,
    forgotten: a.forgotten + b.forgotten,
    broken: [...a.broken, ...b.broken].sort((x, y) => x - y),
  };
}
