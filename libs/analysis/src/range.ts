import type { Prediction } from './prediction.ts';

/** The range a series is expected in, learned from the values that were inside it. */
export type RangeState = {
  readonly samples: number;
  /** Level of the values less what the season in use contributes, and that season. */
  readonly level: number;
  readonly usual: number;
  readonly season: 0 | 1 | 2;
  /** Mean size of the errors. */
  readonly spread: number;
  /** The size that rare but recurring errors reach; learned in tenths from short stays outside, fading over 30,000 samples. */
  readonly crest: number;
  /** The largest error of the present stay outside, 0 inside. */
  readonly farthest: number;
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

const levelMemory = 64;
const spreadMemory = 256;
const recentMemory = 16;
/** The first values outside teach like any other (sparse events are normal for some series), later ones a sixteenth. */
const freelyTaught = 3;
const caution = 1 / 16;
const samplesNeeded = 30;
/** Half the width of the range, in sigmas, for a series without rare large errors. */
const width = 5;
const crestLearns = 0.1;
const crestFades = 1 - 3e-5;
/** A change that lasted this many samples, and this long, is the new normal. */
const patienceSamples = 240;
const patienceMs = 30 * 60_000;
/** From mean size to standard deviation, for the normal distribution. */
const sigmas = Math.sqrt(Math.PI / 2);

export const beginRange = (at: number, value: number): RangeState => ({
  samples: 0,
  level: value,
  usual: 0,
  season: 0,
  spread: 0,
  crest: 0,
  farthest: 0,
  recentLevel: value,
  recentSpread: 0,
  outside: 0,
  outsideAt: at,
});

const clip = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));

/** A spread is never less than a thousandth of the level: rounding isn't news. */
const sigmaOf = (range: RangeState, expected: number): number =>
  Math.max(range.spread * sigmas, Math.abs(expected) * 1e-3, 1e-300);

/** When another season takes over, the level jumps so that what is expected doesn't. */
const follow = (range: RangeState, { season, usual }: Prediction): RangeState =>
  season === range.season ? range : { ...range, season, usual, level: range.level + range.usual - usual };

/** The range expected now, and where `value` lies in it or out of it. */
export const expectedRange = (range: RangeState, prediction: Prediction, value: number): ExpectedRange => {
  const expected = follow(range, prediction).level + prediction.usual;
  const sigma = sigmaOf(range, expected);
  const half = Math.max(width * sigma, range.crest);
  return {
    expected,
    lower: expected - half,
    upper: expected + half,
    deviation: clip((value - expected) / sigma, 1000),
    isOutside: range.samples >= samplesNeeded && Math.abs(value - expected) > half,
  };
};

/** Takes the newest values for the new normal. */
const adopt = (range: RangeState): RangeState => ({
  ...range,
  samples: samplesNeeded,
  level: range.recentLevel - range.usual,
  spread: Math.max(range.recentSpread, range.spread),
  outside: 0,
  farthest: 0,
});

/** Learns one value, whose place `expectedRange` has just given. What stays outside teaches little, until it has lasted so long that it is the new normal. */
export const observeRange = (
  before: RangeState,
  prediction: Prediction,
  { expected, isOutside }: ExpectedRange,
  at: number,
  value: number,
): RangeState => {
  const range = follow(before, prediction);
  const sigma = sigmaOf(range, expected);
  const samples = range.samples + 1;
  const trust = isOutside && range.outside >= freelyTaught ? caution : 1;
  const levelRate = (isOutside ? caution : 1) / Math.min(samples, levelMemory);
  const spreadRate = trust / Math.min(samples, spreadMemory);
  const recentRate = 1 / Math.min(samples, recentMemory);
  const reach = samples < 8 ? Infinity : 3 * sigma;
  const error = Math.abs(value - expected);
  const isBack = !isOutside && range.farthest > 0 && range.outside <= freelyTaught;
  const next: RangeState = {
    samples,
    level: range.level + levelRate * clip(value - expected, reach),
    usual: prediction.usual,
    season: range.season,
    spread: range.spread + spreadRate * (Math.min(error, Math.max(reach, range.recentSpread)) - range.spread),
    crest: isBack ? range.crest + crestLearns * Math.max(0, range.farthest - range.crest) : range.crest * crestFades,
    farthest: isOutside ? Math.max(range.farthest, error) : 0,
    recentLevel: range.recentLevel + recentRate * (value - range.recentLevel),
    recentSpread: range.recentSpread + recentRate * (Math.abs(value - range.recentLevel) - range.recentSpread),
    outside: isOutside ? range.outside + 1 : Math.max(0, range.outside - 2),
    outsideAt: range.outside === 0 ? at : range.outsideAt,
  };
  const isNewNormal = next.outside >= patienceSamples && at - next.outsideAt >= patienceMs;
  return isNewNormal ? adopt(next) : next;
};
