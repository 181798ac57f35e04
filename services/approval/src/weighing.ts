import {
  changeFacts,
  hearRules,
  ruleBookOf,
  unmetRequirements,
  type ChangeHistory,
  type RulesHeard,
} from '@muster/policy';
import type { ChangeContext, Grounds, Undecided } from './change-state.ts';
import { confidenceFrom } from './confidence.ts';
import { riskOf, riskParts } from './risk.ts';
import { surroundingsOf } from './surroundings.ts';

/** A request on the scales: what rules, risk and experience say of it. */
export interface Weighing {
  readonly heard: RulesHeard;
  readonly grounds: Grounds;
  /** Why it can't be done as it asks to, each a part of a sentence. */
  readonly unmet: readonly string[];
  /** Why people must decide, each a part of a sentence; empty: nothing speaks against approving it. */
  readonly doubts: readonly string[];
}

export function weigh(request: Undecided['request'], history: ChangeHistory, context: ChangeContext): Weighing {
  const { config, tables } = context;
  const surroundings = surroundingsOf(request, context);
  const heard = hearRules(ruleBookOf('approval', tables.policies), changeFacts(surroundings, history));
  const parts = riskParts(surroundings, history);
  const risk = riskOf(parts, heard.weight);
  const confidence = confidenceFrom(history);
  const { verified, rolledBack } = history;
  const asked = request.reviewersRequested > 0 || request.rolesRequested.length > 0;
  const doubts = [
    ...heard.voices.filter(({ verdict }) => verdict === 'REVIEW').map(({ reason }) => lower(reason)),
    ...(heard.verdict === 'NONE' ? ['no rule allows it'] : []),
    ...(asked ? ['its request asks for people'] : []),
    ...(risk > config.maxRisk ? [`its risk of ${two(risk)} is above ${config.maxRisk}`] : []),
    ...(confidence < config.minConfidence
      ? [
          `with ${verified} of ${verified + rolledBack} such changes verified, the confidence of ${two(confidence)} is under ${config.minConfidence}`,
        ]
      : []),
  ];
  return {
    heard,
    grounds: { rules: [...parts, ...heard.voices], risk, confidence, verified, rolledBack },
    unmet: unmetRequirements(surroundings),
    doubts,
  };
}

/** `0.25`, without ends of noughts. */
export const two = (value: number): string => String(Math.round(value * 100) / 100);

/** A sentence as the end of another one. */
export function lower(sentence: string): string {
  const text = sentence.trim().replace(/\.$/, '');
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
