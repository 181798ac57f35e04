/** Numbers drawn from a seed: the same seed, the same numbers. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** An integer in [0, below). */
  below(below: number): number;
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** sfc32 (Chris Doty-Humphrey, PractRand), with the seed mixed in by a few empty rounds. */
export function randomFrom(seed: number): Random {
  let a = 0x9e3779b9 ^ seed;
  let b = 0x243f6a88 ^ Math.imul(seed, 0x85ebca6b);
  let c = 0xb7e15162 ^ Math.floor(seed / 2 ** 32);
  let counter = 1;
  const next32 = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 16; round += 1) next32();

  const random: Random = {
    next: () => next32() / 2 ** 32,
    below: (below) => Math.floor(random.next() * below),
    between: (low, high) => low + random.next() * (high - low),
    chance: (probability) => random.next() < probability,
    pick(from) {
      if (from.length === 0) throw new Error('nothing to pick from');
      // oxlint-disable-next-line typescript/no-non-null-assertion
      return from[random.below(from.length)]!;
    },
  };
  return random;
}
