import { detect, type DetectorState, type Verdict } from '../src/index.ts';

/** Seeded uniform numbers in [0, 1) (mulberry32). */
export const uniform = (seed: number): (() => number) => {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Seeded standard normal numbers (Box-Muller). */
export const normal = (seed: number): (() => number) => {
  const next = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
};

/** `length` values by their index. */
export const series = (length: number, valueAt: (index: number) => number): number[] =>
  Array.from({ length }, (_, index) => valueAt(index));

export const minuteMs = 60_000;
/** Samples a day at one every five minutes. */
export const dayOf5 = 288;

/** Runs the detector over a series that starts on a Monday, UTC. */
export const watch = (
  values: readonly number[],
  stepMs = 5 * minuteMs,
): { readonly state: DetectorState | undefined; readonly verdicts: readonly Verdict[] } => {
  const verdicts: Verdict[] = [];
  let state: DetectorState | undefined;
  for (const [index, value] of values.entries()) {
    const step = detect(state, { at: Date.UTC(2026, 0, 5) + index * stepMs, value });
    state = step.state;
    verdicts.push(step.verdict);
  }
  return { state, verdicts };
};
