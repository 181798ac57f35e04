/** Which rule an address has broken: rules over windows, and a score for what is a bit of everything. */
import type { AddressState } from './address-state.ts';
import type { EvidenceKind } from './event-signs.ts';
import { countOf, distinctOf, marksNear, type Marks } from './marks.ts';
import { rateLimit, type Rate } from './rate.ts';

export interface Broken {
  readonly rule: string;
  /** A sentence for people. */
  readonly reason: string;
  readonly observed: number;
  readonly limit: number;
}

/** What one piece of evidence adds to the score. A score of ten is enough; the rules of one kind come to about as much. */
const weights: Readonly<Record<EvidenceKind, number>> = {
  login: 2,
  attack: 5,
  probe: 2.5,
  missing: 0.2,
  protocol: 1.2,
  refused: 0.6,
};
const scoreLimit = 10;
const halfLifeMs = 30 * 60_000;

interface WindowRule {
  readonly rule: string;
  readonly kind: EvidenceKind;
  readonly limit: number;
  readonly measure: 'count' | 'distinct';
  readonly words: string;
}

const windowRules: readonly WindowRule[] = [
  { rule: 'spraying', kind: 'login', limit: 4, measure: 'distinct', words: 'users for whom a login failed' },
  { rule: 'brute-force', kind: 'login', limit: 5, measure: 'count', words: 'failed logins' },
  { rule: 'injection', kind: 'attack', limit: 2, measure: 'count', words: 'requests that attack' },
  { rule: 'probing', kind: 'probe', limit: 4, measure: 'distinct', words: 'places looked for where holes are usual' },
  { rule: 'scanning', kind: 'missing', limit: 25, measure: 'distinct', words: 'different pages that are not there' },
  {
    rule: 'broken-connections',
    kind: 'protocol',
    limit: 8,
    measure: 'count',
    words: 'connections that came to nothing',
  },
  { rule: 'insisting', kind: 'refused', limit: 15, measure: 'count', words: 'requests that were refused' },
];

export function scoreAfter(state: AddressState, kinds: readonly EvidenceKind[], at: number, count: number): number {
  const passedMs = Math.max(0, at - state.scoredAt);
  const kept = state.score * 0.5 ** (passedMs / halfLifeMs);
  return kept + kinds.reduce((sum, kind) => sum + weights[kind], 0) * Math.min(count, 10);
}

/**
 * How much more than a stranger an address may do: one known for good on several days has people who mistype. Three times at the most, so
 * that good behaviour buys no siege.
 */
const leeway = (goodDays: number): number => 1 + Math.min(goodDays, 10) / 5;

/** The first rule that is broken around this time; undefined: none. */
export function brokenRule(
  {
    marks,
    score,
    rate,
    goodDays,
  }: { readonly marks: Marks; readonly score: number; readonly rate: Rate; readonly goodDays: number },
  at: number,
  windowMs: number,
): Broken | undefined {
  const more = leeway(goodDays);
  const inWords = `within ${Math.round(windowMs / 60_000)} minutes`;
  for (const { rule, kind, limit, measure, words } of windowRules) {
    const near = marksNear(marks[kind], at, windowMs);
    const observed = measure === 'count' ? countOf(near) : distinctOf(near);
    const allowed = Math.ceil(limit * more);
    if (observed >= allowed)
      return { rule, reason: `${observed} ${words} ${inWords}; ${allowed} are enough.`, observed, limit: allowed };
  }
  const most = rateLimit(rate);
  if (rate.count > most)
    return {
      rule: 'flooding',
      reason: `${rate.count} events in a minute, expected ${Math.round(most)} at most.`,
      observed: rate.count,
      limit: most,
    };
  const allowed = scoreLimit * more;
  if (score < allowed) return undefined;
  const reason = `What it did lately adds up to ${score.toFixed(1)}; ${allowed.toFixed(0)} is enough.`;
  return { rule: 'mixed', reason, observed: score, limit: allowed };
}
