/** The range a series is expected in, learned from the values that were inside it. */
export type RangeState = {
  readonly samples: number;
  /** Level of the values, and of the values minus the usual one at this time of day. */
  readonly level: number;
  readonly offset: number;
  /** Mean size of the errors of both (clipped), and of the one that is used. */
  readonly levelError: number;
  readonly offsetError: number;
  readonly spread: number;
  /** Where the errors' tail begins and its mean excess, in spreads. */
  readonly tailFrom: number;
  readonly tailExcess: number;
  /** Level and spread of the newest 16 values or so, whatever they are. */
  readonly recentLevel: number;
  readonly recentSpread: number;
  /** Samples outside, less those inside again, and since when. */
  readonly outside: number;
  readonly outsideAt: number;
};

export type ExpectedRange = {
  readonly expected: number;
  readonly lower: number;
  readonly upper: number;
  /** Distance from `expected` in robust sigmas, signed, at most 1000. */
  readonly deviation: number;
  readonly isOutside: boolean;
};

const memory = 64;
const recentMemory = 16;
/** Share of the errors that make the tail, and how rare a value outside the range is meant to be. */
const tailShare = 0.05;
const outsideShare = 1e-4;
/** A change that lasted this many samples, and this long, is the new normal. */
const patienceSamples = 240;
const patienceMs = 30 * 60_000;
/** Mean size of an error to standard deviation, for the normal distribution. */
const sigmas = Math.sqrt(Math.PI / 2);

export const beginRange = (at: number, value: number): RangeState => ({
  samples: 0,
  level: value,
  offset: value,
  levelError: 0,
  offsetError: 0,
  spread: 0,
  tailFrom: 2,
  tailExcess: 0.5,
  recentLevel: value,
  recentSpread: 0,
  outside: 0,
  outsideAt: at,
});

const clip = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));

/** A spread is never less than a thousandth of the level: rounding isn't news. */
const sigmaOf = (range: RangeState, expected: number): number =>
  Math.max(range.spread * sigmas, Math.abs(expected) * 1e-3, Number.MIN_VALUE * 1e16);

const isSeasonal = (range: RangeState, usual: number | undefined): usual is number =>
  usual !== undefined && range.offsetError < 0.8 * range.levelError;

/** The range expected now, and where `value` lies. `usual` is the value known for this time of day, if any. */
export const expectedRange = (range: RangeState, usual: number | undefined, value: number): ExpectedRange => {
  const expected = isSeasonal(range, usual) ? usual + range.offset : range.level;
  const sigma = sigmaOf(range, expected);
  const width = sigma * (range.tailFrom + range.tailExcess * Math.log(tailShare / outsideShare));
  const isOutside = range.samples >= 30 && Math.abs(value - expected) > width;
  return {
    expected,
    lower: expected - width,
    upper: expected + width,
    deviation: clip((value - expected) / sigma, 1000),
    isOutside,
  };
};

/** Takes the newest values for the new normal. */
const adopt = (range: RangeState, usual: number | undefined): RangeState => ({
  ...range,
  samples: recentMemory,
  level: range.recentLevel,
  offset: range.recentLevel - (usual ?? 0),
  spread: Math.max(range.recentSpread, range.spread),
  outside: 0,
});

/** Learns one value. What lies outside teaches a sixteenth, until it has lasted so long that it is the new normal. */
export const observeRange = (range: RangeState, at: number, usual: number | undefined, value: number): RangeState => {
  const { expected, isOutside } = expectedRange(range, usual, value);
  const sigma = sigmaOf(range, expected);
  const samples = range.samples + 1;
  const rate = (1 / Math.min(samples, memory)) * (isOutside ? 1 / 16 : 1);
  const reach = samples < 8 ? Infinity : 3 * sigma;
  const error = Math.abs(value - expected);
  const inSigmas = error / sigma;
  const inTail = inSigmas > range.tailFrom;
  const tailRate = rate / 8;
  const recentRate = 1 / Math.min(samples, recentMemory);
  const offset = usual === undefined ? range.offset : range.offset + rate * clip(value - usual - range.offset, reach);
  const towards = (from: number, to: number): number => from + rate * (Math.min(to, from === 0 ? to : 4 * from) - from);
  const next: RangeState = {
    samples,
    level: range.level + rate * clip(value - range.level, reach),
    offset,
    levelError: towards(range.levelError, Math.abs(value - range.level)),
    offsetError:
      usual === undefined ? range.levelError : towards(range.offsetError, Math.abs(value - usual - range.offset)),
    spread: samples === 1 ? 0 : range.spread + rate * (Math.min(error, reach) - range.spread),
    tailFrom: clip(range.tailFrom + tailRate * range.tailExcess * ((inTail ? 1 : 0) / tailShare - 1), 6),
    tailExcess: inTail
      ? range.tailExcess +
        (tailRate / tailShare) * 0.25 * (Math.min(inSigmas - range.tailFrom, 4 * range.tailExcess) - range.tailExcess)
      : range.tailExcess,
    recentLevel: range.recentLevel + recentRate * (value - range.recentLevel),
    recentSpread: range.recentSpread + recentRate * (Math.abs(value - range.recentLevel) - range.recentSpread),
    outside: isOutside ? range.outside + 1 : Math.max(0, range.outside - 2),
    outsideAt: range.outside === 0 ? at : range.outsideAt,
  };
  const isNewNormal = next.outside >= patienceSamples && at - next.outsideAt >= patienceMs;
  return isNewNormal ? adopt(next, usual) : next;
};
