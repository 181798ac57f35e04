import type { AgentScore } from '@muster/schemas';

/** What is known of a candidate. */
export interface Facts {
  readonly score: AgentScore | undefined;
  /** 0..1 */
  readonly load: number;
  readonly declaredCost: number;
}

/** Results that an agent is believed to have had before it was measured, and how many of them were good. */
const believed = { count: 5, successRate: 0.9 };
/** Differences of a few ms are chance. */
const chanceMs = 5;

/**
 * How good each candidate is for a task, in proportion to each other and at most 1: the product of how often it succeeds, how quick and how cheap it is
 * beside the others, how much room it has, and whether it is likely to be done in time. Whoever was not measured yet is taken to be as quick
 * as the median of the others.
 * @param timeLeftMs until the task's deadline
 */
export function weightsOf(candidates: readonly Facts[], timeLeftMs: number): number[] {
  const timed = candidates.map(({ score }) =>
    score === undefined || score.latencyP50Ms <= 0 ? undefined : latencyOf(score),
  );
  const measured = timed.filter((latency) => latency !== undefined);
  const usualMs = measured.length === 0 ? 0 : (measured.sort((a, b) => a - b)[measured.length >> 1] ?? 0);
  const latencies = timed.map((latency) => latency ?? usualMs);
  const fastestMs = Math.min(...latencies);
  const costs = candidates.map(costOf);
  const meanCost = costs.reduce((sum, cost) => sum + cost, 0) / costs.length;
  return candidates.map(({ score, load }, index) => {
    const { count = 0, successRate = 0 } = score ?? {};
    const success = (successRate * count + believed.successRate * believed.count) / (count + believed.count);
    const quickness = (fastestMs + chanceMs) / ((latencies[index] ?? 0) + chanceMs);
    const cheapness = meanCost > 0 ? 1 / (1 + (costs[index] ?? 0) / meanCost) : 1;
    return success ** 3 * quickness ** 2 * cheapness * (1 - 0.9 * load) * timeliness(score, timeLeftMs);
  });
}

/** What a task costs: as measured, else as declared. */
export function costOf({ score, declaredCost }: Pick<Facts, 'score' | 'declaredCost'>): number {
  return Math.max(0, score !== undefined && score.count > 0 && score.cost > 0 ? score.cost : declaredCost);
}

/** The median for the most part: it is steadier than the 95th percentile, which is felt, too. */
function latencyOf({ latencyP50Ms, latencyP95Ms }: AgentScore): number {
  return Math.max(0, (3 * latencyP50Ms + latencyP95Ms) / 4);
}

function timeliness(score: AgentScore | undefined, timeLeftMs: number): number {
  if (score === undefined || score.latencyP95Ms <= timeLeftMs) return 1;
  return score.latencyP50Ms <= timeLeftMs ? 0.1 : 0.01;
}
