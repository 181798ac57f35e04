import type { Incident } from '@muster/schemas';
import { incidentFacts } from './incident-facts.ts';
import { ruleName, type BookedRule, type RuleBook } from './rule-book.ts';

/** A playbook that a rule wants to run for an incident. */
export interface Remedy {
  readonly policyId: string;
  readonly policyVersion: number;
  readonly ruleId: string;
  readonly playbook: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** What the rule says, in a sentence. */
  readonly reason: string;
}

/** What the rules of the coordinator want to run for an incident, in order, and why some could not be applied, a sentence each. */
export function remediesFor(
  book: RuleBook,
  incident: Omit<Incident, 'envelope'>,
): { readonly remedies: readonly Remedy[]; readonly problems: readonly string[] } {
  const facts = incidentFacts(incident);
  const remedies: Remedy[] = [];
  const problems: string[] = [];
  for (const booked of book) {
    const tell = (problem: string): number => problems.push(`rule ${ruleName(booked)} ${problem}`);
    try {
      if (booked.condition === undefined) tell(booked.problem ?? 'has no condition');
      else if (booked.condition.holds(facts)) remedies.push(remedyOf(booked, facts));
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
    }
  }
  return { remedies, problems };
}

function remedyOf({ policy, rule, input }: BookedRule, facts: Readonly<Record<string, unknown>>): Remedy {
  return {
    policyId: policy.policyId,
    policyVersion: policy.version,
    ruleId: rule.ruleId,
    playbook: rule.playbook ?? '',
    input: Object.fromEntries([...(input ?? [])].map(([name, expression]) => [name, expression.valueOf(facts)])),
    reason: rule.description || rule.when,
  };
}
