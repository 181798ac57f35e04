/**
 * What is taken to have been seen of a class before anything was: four changes that ended verified and one that did not. So a class without
 * a history has a confidence of 0.8, one failure takes it to 0.67, and two verified changes bring it back above 0.7.
 */
const prior = { verified: 4, rolledBack: 1 };

/**
 * The probability that a change of a class ends verified: mean of the Beta posterior over the share of verified ones, from the counts of its
 * latest changes and the prior above (conjugate to counting; see Gelman et al., Bayesian Data Analysis, ch. 2).
 */
export function confidenceFrom({
  verified,
  rolledBack,
}: {
  readonly verified: number;
  readonly rolledBack: number;
}): number {
  return (verified + prior.verified) / (verified + rolledBack + prior.verified + prior.rolledBack);
}
