import type { Decision } from '@muster/schemas';
import { ruleName, type BookedRule, type RuleBook } from './rule-book.ts';

type RuleVoice = Decision['rules'][number];

/** People whom a rule wants to hear. */
export interface ReviewNeed {
  /** 'policyId/ruleId'. */
  readonly rule: string;
  /** Approvals of different people. */
  readonly reviewers: number;
  /** Roles of which each of them must have one; empty: any. */
  readonly roles: readonly string[];
}

/** What the rules say of a change, all of them heard. */
export interface RulesHeard {
  /** DENY beats REVIEW beats ALLOW; NONE: no rule decides, which leaves it to people as REVIEW does. */
  readonly verdict: 'DENY' | 'REVIEW' | 'ALLOW' | 'NONE';
  /** Every rule that spoke, in order, those that could not be applied included. */
  readonly voices: readonly RuleVoice[];
  /** 'policyId/ruleId' of the rules that made the verdict. */
  readonly decidedBy: readonly string[];
  /** Sum of the weights: what the rules add to the risk. */
  readonly weight: number;
  readonly needs: readonly ReviewNeed[];
}

/**
 * Hears every rule of approval on a change. A rule that does not compile or can't be applied never lets a change pass: where it would deny,
 * ask for a review or add to the risk, people decide; where it would allow, it does not.
 */
export function hearRules(book: RuleBook, facts: Readonly<Record<string, unknown>>): RulesHeard {
  const spoken = book.flatMap((booked) => {
    const voice = voiceOf(booked, facts);
    return voice === undefined ? [] : [{ booked, voice }];
  });
  const verdict = (['DENY', 'REVIEW', 'ALLOW'] as const).find((each) =>
    spoken.some(({ voice }) => voice.verdict === each),
  );
  return {
    verdict: verdict ?? 'NONE',
    voices: spoken.map(({ voice }) => voice),
    decidedBy: spoken.filter(({ voice }) => voice.verdict === verdict).map(({ booked }) => ruleName(booked)),
    weight: spoken.reduce((sum, { voice }) => sum + voice.weight, 0),
    needs: spoken
      .filter(({ voice }) => voice.verdict === 'REVIEW')
      .map(({ booked }) => ({
        rule: ruleName(booked),
        reviewers: booked.rule.verdict === 'REVIEW' ? Math.min(20, Math.max(1, booked.rule.reviewers)) : 1,
        roles: booked.rule.verdict === 'REVIEW' ? booked.rule.roles : [],
      })),
  };
}

function voiceOf(booked: BookedRule, facts: Readonly<Record<string, unknown>>): RuleVoice | undefined {
  const { policy, rule, condition, problem } = booked;
  const voice = (verdict: string, weight: number, reason: string): RuleVoice => ({
    policyId: policy.policyId,
    policyVersion: policy.version,
    ruleId: rule.ruleId,
    verdict,
    weight,
    condition: rule.when,
    reason,
  });
  const unsure = (why: string): RuleVoice | undefined =>
    rule.verdict === 'ALLOW' ? undefined : voice('REVIEW', 0, `Rule ${ruleName(booked)} ${why}; so people decide.`);
  if (condition === undefined) return unsure(problem ?? 'has no condition');
  try {
    if (!condition.holds(facts)) return undefined;
  } catch (error) {
    return unsure(`fails: ${error instanceof Error ? error.message : String(error)}`);
  }
  return voice(rule.verdict, rule.verdict === 'WEIGHT' ? rule.weight : 0, rule.description || `${rule.when}.`);
}
