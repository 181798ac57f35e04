/** Counts of what an instance did since it started, kept as plain numbers because they are touched with every message. */
export interface Tally {
  handled: number;
  ignored: number;
  rejected: number;
  /** Second copies that were dropped. */
  repeated: number;
  failed: number;
  retried: number;
  /** Handled on the side thread. */
  aside: number;
  deadLettered: number;
  published: number;
  /** Notes the time from the log's taking a message in to its being handled. */
  hop(ms: number): void;
  /** Counts per upper bound of {@link hopBounds}; the last one is for all above. */
  readonly hops: readonly number[];
  hopSumMs: number;
  storeTrouble: string | undefined;
}

/** ms */
export const hopBounds = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 30_000];

export function newTally(): Tally {
  const hops = Array.from({ length: hopBounds.length + 1 }, () => 0);
  const tally: Tally = {
    handled: 0,
    ignored: 0,
    rejected: 0,
    repeated: 0,
    failed: 0,
    retried: 0,
    aside: 0,
    deadLettered: 0,
    published: 0,
    hops,
    hopSumMs: 0,
    storeTrouble: undefined,
    hop(ms) {
      let index = 0;
      while (index < hopBounds.length && ms > (hopBounds[index] ?? 0)) index += 1;
      hops[index] = (hops[index] ?? 0) + 1;
      tally.hopSumMs += Math.max(0, ms);
    },
  };
  return tally;
}
