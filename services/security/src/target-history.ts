/**
 * What is usual at one target, learned from how far the addresses that are welcome there come on a day: of each rule a histogram of daily peaks, in which
 * older days count less (exponential decay, as in Cormode, Shkapenyuk, Srivastava and Xu, "Forward Decay", ICDE 2009). The limit is a margin above what at
 * most one address-day in fifty reaches, by Laplace's rule of succession, between fixed bounds on both sides. A hundred numbers a target at the most.
 */
import { handled, ignored, type HandlerContext, type Outcome, type Publication } from '@muster/agent';
import type { Message } from '@muster/bus';
import { learnedRules, type Limits } from './rules.ts';
import type { SecurityTables } from './decide.ts';
import type { Settings } from './settings.ts';

export interface TargetState {
  /** Of each rule: the weight of the address-days whose peak was at this step and below the next one. */
  readonly histograms: Readonly<Record<string, readonly number[]>>;
  /** The weights are those of this time. */
  readonly weighedAt: number;
  readonly firstAt: number;
  /** The limits that were published. */
  readonly told: Limits;
}

type TargetContext = HandlerContext<TargetState, Settings, SecurityTables>;
type TargetOutcome = Outcome<TargetState, 'muster.target-limits.v1'>;

const dayMs = 86_400_000;
const steps = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48] as const;
const halfLifeMs = 7 * dayMs;
/** So many address-days over so long make a history. */
const leastWeight = 50;
const leastMs = 3 * dayMs;
const rareShare = 0.02;
const margin = 1.25;
/** A quiet target is quicker by this share; a noisy one waits for so many times as much: attackers who behave for weeks gain no more than that. */
const leastShare = 0.6;
const mostTimes = 3;
const forgetMs = 30 * dayMs;

/** One address-day more. */
export function learnDay({ value: day }: Message<'muster.address-days.v1'>, context: TargetContext): TargetOutcome {
  const { key, now, state } = context;
  const before = state ?? { histograms: {}, weighedAt: now, firstAt: now, told: {} };
  const kept = 0.5 ** (Math.max(0, now - before.weighedAt) / halfLifeMs);
  const histograms: Record<string, readonly number[]> = {};
  for (const rule of Object.keys(learnedRules)) {
    const weights = before.histograms[rule];
    const peak = day.peaks[rule] ?? 0;
    if (weights === undefined && peak < 1) continue;
    const reached = steps.findLastIndex((step) => step <= peak);
    histograms[rule] = steps.map((_, index) => rounded((weights?.[index] ?? 0) * kept + (index === reached ? 1 : 0)));
  }
  const isOld = now - before.firstAt >= leastMs;
  const limits = isOld ? limitsOf(histograms) : {};
  const next = { ...before, histograms, weighedAt: Math.max(now, before.weighedAt), told: limits };
  const isNew = JSON.stringify(limits) !== JSON.stringify(before.told);
  const weight = Math.max(...Object.values(histograms).map(sumOf), 0);
  const publish: readonly Publication<'muster.target-limits.v1'>[] = isNew
    ? [{ topic: 'muster.target-limits.v1', value: { target: key, limits, days: weight } }]
    : [];
  return handled<TargetState, 'muster.target-limits.v1'>({ state: next, publish, wakeAt: now + forgetMs });
}

/** Nothing was heard of it for a month: what it was used to does not count any more. */
export function forgetTarget({ key, state }: TargetContext): TargetOutcome {
  if (state === undefined) return ignored('nothing is known of it');
  return handled<TargetState, 'muster.target-limits.v1'>({
    state: null,
    publish: [{ topic: 'muster.target-limits.v1', key, value: null }],
    wakeAt: null,
  });
}

/** By rule, the limit where it is another than the rule's own. */
function limitsOf(histograms: TargetState['histograms']): Limits {
  const limits: Record<string, number> = {};
  for (const [rule, weights] of Object.entries(histograms)) {
    const own = learnedRules[rule] ?? 0;
    const all = sumOf(weights);
    if (all < leastWeight) continue;
    const rare = steps.find((_, index) => (sumOf(weights.slice(index)) + 1) / (all + 2) <= rareShare);
    const wanted = Math.ceil((rare ?? steps.at(-1) ?? own) * margin);
    const limit = Math.round(Math.min(Math.max(wanted, Math.ceil(own * leastShare)), own * mostTimes));
    if (limit !== own) limits[rule] = limit;
  }
  return limits;
}

const sumOf = (weights: readonly number[]): number => weights.reduce((sum, weight) => sum + weight, 0);
const rounded = (weight: number): number => Math.round(weight * 1_000) / 1_000;
