import { handled, ignored, type HandlerContext, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { AlertInput, Policy } from '@muster/schemas';
import { own } from './own-rules.ts';
import type { Settings } from './settings.ts';
import { compileRule } from './static-rules.ts';
import type { AlertPublication } from './telling.ts';

/** What is wrong with the rules of one policy, as it was published. */
export type PolicyProblems = readonly {
  readonly ruleId: string;
  readonly problem: string;
  readonly startsAt: number;
  readonly correlationId: string;
}[];

export type PolicyContext = HandlerContext<PolicyProblems, Settings, { policies: 'muster.policies.v1' }>;
type PolicyOutcome = Outcome<PolicyProblems, 'muster.alerts.v1'>;

/** A deleted policy reaches no handler, but is gone from the table: looked for this often while it has problems. */
const lookAgainMs = 600_000;

/** A policy came in, or a new version of one: says at once which of its rules cannot be in force, and which can again. */
export function readPolicy({ value: policy }: Message<'muster.policies.v1'>, context: PolicyContext): PolicyOutcome {
  const known = context.state ?? [];
  if (policy.agent !== 'monitoring' && known.length === 0) return ignored('the policy of another agent');
  return settle(policy, known, context, policy.envelope.correlationId);
}

export function lookAgain(context: PolicyContext): PolicyOutcome {
  const { state, key, tables, newId } = context;
  return state === undefined ? ignored('no problems') : settle(tables.policies.get(key), state, context, newId());
}

function settle(
  policy: Policy | undefined,
  known: PolicyProblems,
  { key, now }: PolicyContext,
  correlationId: string,
): PolicyOutcome {
  const found = policy === undefined ? [] : problemsOf(policy);
  const problems = found.map((problem) => {
    const before = known.find(({ ruleId }) => ruleId === problem.ruleId);
    return { ...problem, startsAt: before?.startsAt ?? now, correlationId: before?.correlationId ?? correlationId };
  });
  const news = problems.filter(
    ({ ruleId, problem }) => !known.some((each) => each.ruleId === ruleId && each.problem === problem),
  );
  const gone = known.filter(({ ruleId }) => !problems.some((each) => each.ruleId === ruleId));
  return handled({
    state: problems.length === 0 ? null : problems,
    publish: [...news.map((each) => alertOf(key, each, null)), ...gone.map((each) => alertOf(key, each, now))],
    wakeAt: problems.length === 0 ? null : now + lookAgainMs,
  });
}

function problemsOf(policy: Policy): { readonly ruleId: string; readonly problem: string }[] {
  if (policy.agent !== 'monitoring' || !policy.isEnabled) return [];
  return policy.rules.flatMap((rule) => {
    const compiled = compileRule(policy, rule);
    return typeof compiled === 'string' ? [{ ruleId: rule.ruleId, problem: compiled }] : [];
  });
}

function alertOf(
  policyId: string,
  { ruleId, problem, startsAt, correlationId }: PolicyProblems[number],
  endsAt: number | null,
): AlertPublication {
  const rule = `rule ${ruleId} of policy ${policyId}`;
  const value: AlertInput = {
    fingerprint: `${own.target}/rule-problem/${policyId}/${ruleId}`,
    status: endsAt === null ? 'FIRING' : 'RESOLVED',
    severity: 'INFO',
    target: own.target,
    category: own.category,
    title: endsAt === null ? `${rule} is not in force` : `${rule} has no problem any more`,
    description: endsAt === null ? `It ${problem}` : 'It was corrected, disabled or removed.',
    startsAt,
    endsAt,
    labels: { policyId, ruleId },
  };
  return { topic: 'muster.alerts.v1', value, correlationId };
}
