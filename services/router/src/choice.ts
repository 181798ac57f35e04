import type { Candidate, Candidates } from './candidates.ts';
import { drawn } from './draw.ts';
import { listed, notNow, type Refusal } from './refusal.ts';
import { weightsOf } from './weight.ts';

/** Share of the tasks that goes to agents whose breakers are half open, each, and all together. */
const trialShare = 0.02;
const mostTrials = 0.05;
/** Where there is nobody else, one task in four is a trial. */
const loneTrialShare = 0.25;
const trialAgainMs = 2_000;

export interface Choice {
  readonly candidate: Candidate;
  /** What was chosen and why, in a sentence. */
  readonly reason: string;
}

export interface Chances {
  /** Each in [0, 1). */
  readonly ofChoice: number;
  readonly ofTrial: number;
}

/**
 * One of several, at random in proportion to their weights: were it always the best, all tasks would go to one agent until its
 * load is known. A small share is spread evenly, so that who did badly can show that it does well again.
 */
export function choiceOf(
  { fit, passedOver }: Candidates,
  timeLeftMs: number,
  exploration: number,
  { ofChoice, ofTrial }: Chances,
): Choice | Refusal {
  const isLone = fit.every(({ isTrial }) => isTrial);
  if (isLone && ofTrial >= loneTrialShare)
    return notNow(
      'BreakerOpen',
      `${listed(fit.map(({ offer }) => offer.agent))} is being tried again, with few tasks`,
      Math.round(trialAgainMs * (1 + ofTrial)),
    );
  const shares = sharesOf(fit, weightsOf(fit, timeLeftMs), exploration);
  const index = drawn(shares, ofChoice);
  const candidate = fit[index] ?? fit[0];
  if (candidate === undefined) throw new Error('there is nobody to choose from');
  const others = [...fit.keys()].filter((at) => at !== index);
  const found = [described(candidate, shares[index])];
  if (others.length > 0)
    found.push(`others: ${listed(others, (at) => `${fit[at]?.offer.agent} (${percent(shares[at])})`)}`);
  if (passedOver.length > 0) found.push(`passed over: ${listed(passedOver)}`);
  return { candidate, reason: found.join('; ') };
}

/** Add up to 1. */
function sharesOf(fit: readonly Candidate[], weights: readonly number[], exploration: number): number[] {
  if (fit.length === 1) return [1];
  const trials = fit.filter(({ isTrial }) => isTrial).length;
  const ofTrials = trials === fit.length ? 1 : Math.min(mostTrials, trials * trialShare);
  const proven = fit.length - trials;
  const sum = fit.reduce((total, { isTrial }, index) => total + (isTrial ? 0 : (weights[index] ?? 0)), 0);
  return fit.map(({ isTrial }, index) => {
    if (isTrial) return ofTrials / trials;
    const earned = sum > 0 ? (weights[index] ?? 0) / sum : 1 / proven;
    return (1 - ofTrials) * ((1 - exploration) * earned + exploration / proven);
  });
}

function described({ offer, score, load, isTrial }: Candidate, share: number | undefined): string {
  const known =
    score === undefined || score.count === 0
      ? 'not measured yet'
      : `success ${percent(score.successRate)} of ${score.count}, ${Math.round(score.latencyP50Ms)} ms`;
  return `${offer.agent} ${offer.skill.version} was chosen with a share of ${percent(share)} (${isTrial ? 'a trial; ' : ''}${known}, load ${percent(load)})`;
}

const percent = (share = 0): string => `${Math.round(share * 100)} %`;
