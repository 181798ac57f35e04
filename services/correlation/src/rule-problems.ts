import type { HandlerContext, Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import { ruleBook } from '@muster/policy';
import type { Policy } from '@muster/schemas';
import { tellProblems, type Problem, type Problems } from './problems.ts';

type PolicyContext = HandlerContext<Problems, unknown, { policies: 'muster.policies.v1' }>;
type PolicyOutcome = Outcome<Problems, 'muster.alerts.v1'>;

/** A policy came in, or a new version of one: says at once which of its rules cannot be in force, and which can again. */
export function readPolicy({ value: policy }: Message<'muster.policies.v1'>, context: PolicyContext): PolicyOutcome {
  return tellProblems(problemsOf(policy), context, () => policy.envelope.correlationId);
}

export function lookAtPolicyAgain(context: PolicyContext): PolicyOutcome {
  const policy = context.tables.policies.get(context.key);
  return tellProblems(policy === undefined ? [] : problemsOf(policy), context, () => context.newId());
}

function problemsOf(policy: Policy): Problem[] {
  const { policyId } = policy;
  return ruleBook('correlation', [policy])
    .filter((booked) => booked.policy.policyId === policyId && booked.problem !== undefined)
    .map(({ rule: { ruleId }, problem = '' }) => ({
      of: `policy/${policyId}/${ruleId}`,
      name: `rule ${ruleId} of policy ${policyId}`,
      description: `It ${problem}. It mutes nothing.`,
    }));
}
