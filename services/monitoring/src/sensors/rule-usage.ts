import type { Io, Publication } from '@muster/agent';
import { own } from '../own-rules.ts';
import { takeTallies } from '../rule-tally.ts';
import type { Settings } from '../settings.ts';

/**
 * Reports how many samples each rule was applied to in this process, as metrics. All instances report to the same series, where the rules in
 * `own-rules.ts` see whether a rule has matched nothing anywhere.
 */
export function senseRuleUsage(io: Io<Settings>): Promise<readonly Publication<'muster.metrics.v1'>[]> {
  const at = io.now();
  const publications = takeTallies().flatMap(({ policyId, ruleId, samples, failures, reason }) => {
    if (failures > 0)
      io.log.warn({ policyId, ruleId, failures, reason }, 'a rule could not be applied to some samples');
    return [sampleOf(own.samples, samples), ...(failures > 0 ? [sampleOf(own.failures, failures)] : [])];

    function sampleOf(name: string, value: number): Publication<'muster.metrics.v1'> {
      const { target, category } = own;
      return {
        topic: 'muster.metrics.v1',
        value: { target, name, value, category, labels: { policyId, ruleId }, at },
      };
    }
  });
  return Promise.resolve(publications);
}
