/**
 * What a rule has been applied to in this process since it was last reported: a gauge, like those of the runtime. No decision depends on
 * it; the sensor `rule-usage.ts` makes signals of it, so that a rule that matches nothing can be told.
 */
export interface RuleTally {
  readonly policyId: string;
  readonly ruleId: string;
  /** Samples of the series it is about. */
  samples: number;
  /** Of these, the ones it could not be applied to, and why not. */
  failures: number;
  reason: string;
}

const tallies = new Map<string, RuleTally>();

export function tallyOf(policyId: string, ruleId: string): RuleTally {
  const id = JSON.stringify([policyId, ruleId]);
  const known = tallies.get(id) ?? { policyId, ruleId, samples: 0, failures: 0, reason: '' };
  tallies.set(id, known);
  return known;
}

/** Forgets the rules that are no longer in force. */
export function keepTallies(inForce: ReadonlySet<RuleTally>): void {
  for (const [id, tally] of tallies) if (!inForce.has(tally)) tallies.delete(id);
}

/** The counts so far; counting begins anew. */
export function takeTallies(): readonly Readonly<RuleTally>[] {
  return [...tallies.values()].map((tally) => {
    const taken = { ...tally };
    tally.samples = 0;
    tally.failures = 0;
    return taken;
  });
}
