import { flagInForce, isReversible, type ChangeHistory, type Circumstances } from '@muster/policy';
import type { Decision, Tier } from '@muster/schemas';

type RuleVoice = Decision['rules'][number];

const byTier: Readonly<Record<Tier, number>> = { CRITICAL: 0.5, HIGH: 0.3, UNKNOWN: 0.2, STANDARD: 0.1, LOW: 0 };
/** Version of the formula, as decisions name it. */
const version = 1;

/**
 * What can go wrong with a change and how bad, 0 to 1: a sum of parts, each with its reason. The README has the table. The parts are told
 * like the rules of a policy 'risk', so that every decision says what its risk is made of; parts of nothing are left out.
 */
export function riskParts(circumstances: Circumstances, history: ChangeHistory): readonly RuleVoice[] {
  const { request, target, dependents, flags, now } = circumstances;
  const tier = target?.tier ?? 'UNKNOWN';
  const freeze = flagInForce(flags, 'freeze', request.target, now);
  const touched = clamped(request.blastRadius);
  const { recentFailures, targetFailures } = history;
  return [
    part('tier', byTier[tier], target ? `${request.target} is ${tier}` : `${request.target} is not in the topology`),
    part('blast-radius', 0.3 * touched, `it touches ${percent(touched)} of it at once`),
    part('dependents', Math.min(0.15, 0.05 * dependents), `${dependents} others depend on it`),
    part('irreversible', isReversible(request) ? 0 : 0.25, 'nothing takes it back'),
    part('freeze', freeze === undefined ? 0 : 0.3, `${freeze?.flag ?? ''} is on`),
    part('no-incident', request.incidentId === null ? 0.05 : 0, 'no incident calls for it'),
    part(
      'target-failures',
      Math.min(0.45, 0.15 * targetFailures),
      `${targetFailures} changes of it failed within a day`,
    ),
    part('class-failures', Math.min(0.2, 0.05 * recentFailures), `${recentFailures} such changes failed within a day`),
  ].filter(({ weight }) => weight !== 0);
}

/** Sum of the parts and of what policies add, within 0 to 1. */
export function riskOf(parts: readonly RuleVoice[], added: number): number {
  return clamped(parts.reduce((sum, { weight }) => sum + weight, added));
}

function part(ruleId: string, weight: number, reason: string): RuleVoice {
  return { policyId: 'risk', policyVersion: version, ruleId, verdict: 'WEIGHT', weight, condition: '', reason };
}

/** What is no number counts as the worst. */
function clamped(value: number): number {
  return Number.isNaN(value) ? 1 : Math.min(1, Math.max(0, Math.round(value * 1_000) / 1_000));
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;
