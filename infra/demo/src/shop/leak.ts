/** Memory that is kept and never given back, up to a limit; the nearer that is, the longer it takes to find some. */
export interface Leak {
  /** Keeps a little more; gives how long it takes to find room for that, ms. */
  keep(): number;
  readonly keptMiB: number;
  drop(): void;
}

/** From this share of the limit on, room has to be looked for. */
const roomyShare = 0.5;

export function leakOf(limitMiB: number, slowestMs: number): Leak {
  let kept: Buffer[] = [];
  return {
    keep() {
      // Filled, so that the system has to give it.
      if (kept.length < limitMiB) kept.push(Buffer.alloc(1_048_576, 1));
      return Math.max(0, (kept.length / limitMiB - roomyShare) / (1 - roomyShare)) * slowestMs;
    },
    get keptMiB() {
      return kept.length;
    },
    drop() {
      kept = [];
    },
  };
}
