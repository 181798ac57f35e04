/** Chance that repeats: the same seed draws the same. */
export interface Chance {
  /** From 0 to 1, even. */
  next(): number;
  pick<T>(from: readonly T[]): T;
}

/** mulberry32, a public-domain generator of 32 bits. */
export function chance(seed: number): Chance {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    pick<T>(from: readonly T[]): T {
      const index = Math.floor(next() * from.length);
      if (from.length === 0) throw new Error('nothing to pick from');
      return from[index] as T;
    },
  };
}
