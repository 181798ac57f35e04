import type { ReviewNeed } from '@muster/policy';
import type { Review } from '@muster/schemas';
import type { Escalated, GivenReview, Undecided } from './change-state.ts';

const most = 20;
const mostReviews = 100;

/**
 * Whom it takes: what rules and the request ask for, without what another of them covers. Where nobody asks for anybody in particular, one
 * person of the roles given.
 */
export function needsOf(
  fromRules: readonly ReviewNeed[],
  { rolesRequested, reviewersRequested }: Undecided['request'],
  roles: readonly string[],
): readonly ReviewNeed[] {
  const isAsked = rolesRequested.length > 0 || reviewersRequested > 0;
  const reviewers = Math.min(most, Math.max(1, reviewersRequested));
  const all = isAsked ? [...fromRules, { rule: 'request', reviewers, roles: rolesRequested }] : fromRules;
  const needs = all.filter((need, index) => !all.some((other, at) => at !== index && covers(other, need, at < index)));
  return needs.length === 0 ? [{ rule: 'approval', reviewers: 1, roles }] : needs;
}

/** Whoever satisfies `other` satisfies `need` too. Of two alike the first stays. */
function covers(other: ReviewNeed, need: ReviewNeed, isBefore: boolean): boolean {
  const isNarrower =
    need.roles.length === 0 || (other.roles.length > 0 && other.roles.every((role) => need.roles.includes(role)));
  const isSame = other.reviewers === need.reviewers && other.roles.length === need.roles.length;
  return isNarrower && other.reviewers >= need.reviewers && (!isSame || isBefore);
}

/** Why a review does not count, a sentence; undefined when it does. */
export function refusalOf(review: Review, { request, needs, reviews }: Escalated): string | undefined {
  const who = person(review.reviewer);
  if (who === '') return 'The review does not say who gives it.';
  if (review.verdict !== 'APPROVE' && review.verdict !== 'DENY')
    return `The review says ${review.verdict}: it must say APPROVE or DENY.`;
  if (who === person(request.requestedBy))
    return `${review.reviewer} asked for this change, and nobody reviews their own.`;
  const isKnown = reviews.some(({ reviewer }) => person(reviewer) === who);
  if (!isKnown && reviews.length >= mostReviews) return `${mostReviews} people have reviewed it already.`;
  return needs.some((need) => isEntitled(review.roles, need))
    ? undefined
    : `${review.reviewer} has none of the roles it takes (${rolesOf(needs).join(', ')}).`;
}

/** The reviews with this one: the later verdict of a person replaces the earlier one. */
export function withReview(reviews: readonly GivenReview[], review: GivenReview): readonly GivenReview[] {
  return [...reviews.filter(({ reviewer }) => person(reviewer) !== person(review.reviewer)), review];
}

/** Approvals that are still missing, by need; empty: all are there. */
export function missing(needs: readonly ReviewNeed[], reviews: readonly GivenReview[]): readonly ReviewNeed[] {
  const approvals = reviews.filter(({ verdict }) => verdict === 'APPROVE');
  return needs.flatMap((need) => {
    const left = need.reviewers - approvals.filter(({ roles }) => isEntitled(roles, need)).length;
    return left > 0 ? [{ ...need, reviewers: left }] : [];
  });
}

/** `2 approvals of sre or dba and 1 of anybody`. */
export function wording(needs: readonly ReviewNeed[]): string {
  return needs
    .map(({ reviewers, roles }) => {
      const of = roles.length === 0 ? 'anybody but its requester' : roles.join(' or ');
      return `${reviewers} approval${reviewers === 1 ? '' : 's'} of ${of}`;
    })
    .join(' and ');
}

export function rolesOf(needs: readonly ReviewNeed[]): readonly string[] {
  return needs.some(({ roles }) => roles.length === 0) ? [] : [...new Set(needs.flatMap(({ roles }) => roles))];
}

export function reviewersIn(needs: readonly ReviewNeed[]): number {
  return Math.max(...needs.map(({ reviewers }) => reviewers));
}

function isEntitled(roles: readonly string[], need: ReviewNeed): boolean {
  return need.roles.length === 0 || need.roles.some((role) => roles.includes(role));
}

/** One person is one person, however the name is written. */
function person(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}
