/** Which rule an address has broken: rules over windows, and a score for what is a bit of everything. */
import type { AddressState } from './address-state.ts';
import type { EvidenceKind } from './event-signs.ts';
import { countOf, distinctOf, marksNear, mostMarks, type Marks } from './marks.ts';
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
  /** Whether targets learn how much of it is usual. Attacks and looking for holes are never usual. */
  readonly isLearned: boolean;
}

const windowRules: readonly WindowRule[] = [
  {
    rule: 'spraying',
    kind: 'login',
    limit: 4,
    measure: 'distinct',
    words: 'users for whom a login failed',
    isLearned: true,
  },
  { rule: 'brute-force', kind: 'login', limit: 5, measure: 'count', words: 'failed logins', isLearned: true },
  { rule: 'injection', kind: 'attack', limit: 2, measure: 'count', words: 'requests that attack', isLearned: false },
  {
    rule: 'probing',
    kind: 'probe',
    limit: 4,
    measure: 'distinct',
    words: 'places looked for where holes are usual',
    isLearned: false,
  },
  {
    rule: 'scanning',
    kind: 'missing',
    limit: 25,
    measure: 'distinct',
    words: 'different pages that are not there',
    isLearned: true,
  },
  {
    rule: 'broken-connections',
    kind: 'protocol',
    limit: 8,
    measure: 'count',
    words: 'connections that came to nothing',
    isLearned: true,
  },
  {
    rule: 'insisting',
    kind: 'refused',
    limit: 15,
    measure: 'count',
    words: 'requests that were refused',
    isLearned: true,
  },
];

/** The limits of the rules of which targets learn what is usual. */
export const learnedRules: Readonly<Record<string, number>> = Object.fromEntries(
  windowRules.filter(({ isLearned }) => isLearned).map(({ rule, limit }) => [rule, limit]),
);

/** By rule: what its measure comes to. Rules whose measure is nothing are left out. */
export type Peaks = Readonly<Record<string, number>>;
/** By rule: how much is enough at a target, where its history asks for another limit. */
export type Limits = Readonly<Record<string, number>>;

/** What the measures of the rules come to around a time. */
export function measuresOf(marks: Marks, at: number, windowMs: number): Peaks {
  const peaks: Record<string, number> = {};
  for (const { rule, kind, measure } of windowRules) {
    if (marks[kind].length === 0) continue;
    const near = marksNear(marks[kind], at, windowMs);
    const observed = measure === 'count' ? countOf(near) : distinctOf(near);
    if (observed > 0) peaks[rule] = observed;
  }
  return peaks;
}

/** The score after one more event. What is usual at the target counts less, in the measure in which its rule allows more. */
export function scoreAfter(
  state: Pick<AddressState, 'score' | 'scoredAt'>,
  kinds: readonly EvidenceKind[],
  at: number,
  count: number,
  limits: Limits,
): number {
  const passedMs = Math.max(0, at - state.scoredAt);
  const kept = state.score * 0.5 ** (passedMs / halfLifeMs);
  return kept + kinds.reduce((sum, kind) => sum + weights[kind] * eased(kind, limits), 0) * Math.min(count, 10);
}

/** One, and less where the target is used to this kind of evidence. */
function eased(kind: EvidenceKind, limits: Limits): number {
  const shares = windowRules
    .filter((rule) => rule.kind === kind)
    .map(({ rule, limit }) => limit / (limits[rule] ?? limit));
  return Math.min(1, ...shares);
}

/**
 * How much more than a stranger an address may do: one known for good on several days has people who mistype. Three times at the most, so
 * that good behaviour buys no siege.
 */
const leeway = (goodDays: number): number => 1 + Math.min(goodDays, 10) / 5;

/** The first rule that is broken; undefined: none. */
export function brokenRule(
  { score, rate, goodDays }: { readonly score: number; readonly rate: Rate; readonly goodDays: number },
  measures: Peaks,
  limits: Limits,
  windowMs: number,
): Broken | undefined {
  const more = leeway(goodDays);
  const inWords = `within ${Math.round(windowMs / 60_000)} minutes`;
  for (const { rule, limit, words } of windowRules) {
    const observed = measures[rule] ?? 0;
    // More marks are not remembered, so that more could never be seen.
    const allowed = Math.min(mostMarks, Math.ceil((limits[rule] ?? limit) * more));
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
