/**
 * How rare a size is in a series' own history: peaks over a threshold with an exponential tail, streaming
 * (after Siffer et al., "Anomaly detection in streams with extreme value theory", 2017, reduced to constant memory).
 */
export type TailState = {
  readonly samples: number;
  /** The size that one in twenty exceeds, and the mean excess beyond it. */
  readonly from: number;
  readonly excess: number;
  readonly exceedances: number;
};

const share = 0.05;
const samplesToBegin = 40;

export const emptyTail: TailState = { samples: 0, from: 0, excess: 0, exceedances: 10 };

/** -log10 of the share of the past that was at least as large; 0 while less than 40 sizes were seen. */
export const surpriseOf = (tail: TailState, size: number): number => {
  if (tail.samples < samplesToBegin || Number.isNaN(size)) return 0;
  if (size <= tail.from) return (size / tail.from) * -Math.log10(share);
  return Math.min(20, -Math.log10(share) + ((size - tail.from) / tail.excess) * Math.LOG10E);
};

export const observeTail = (tail: TailState, size: number): TailState => {
  if (Number.isNaN(size)) return tail;
  const samples = tail.samples + 1;
  if (samples <= samplesToBegin) {
    const mean = tail.from / 2.5 + (size - tail.from / 2.5) / samples;
    return { ...tail, samples, from: Math.max(2.5 * mean, 1e-12), excess: Math.max(0.7 * mean, 1e-12) };
  }
  const isBeyond = size > tail.from;
  const step = (Math.max(1 / samples, 5e-4) * tail.excess) / share;
  const exceedances = isBeyond ? tail.exceedances + 1 : tail.exceedances;
  const over = Math.min(size - tail.from, 10 * tail.excess);
  return {
    samples,
    from: Math.max(1e-12, tail.from + (isBeyond ? step * (1 - share) : -step * share)),
    excess: isBeyond ? tail.excess + (over - tail.excess) / exceedances : tail.excess,
    exceedances,
  };
};
