import type { Policy, Rule } from '@muster/schemas';
import { changeVariables } from './change-facts.ts';
import { conditionCompiler, type Condition } from './condition.ts';
import { expressionCompiler, type ConditionVariables, type Expression } from './expression.ts';
import { defaultPolicies } from './generated/default-policies.ts';
import { incidentVariables } from './incident-facts.ts';
import { inhibitionVariables } from './inhibition-facts.ts';
import { signalVariables } from './signal-variables.ts';

/** The agents whose rules are understood here. */
export type RuledAgent = 'approval' | 'coordinator' | 'correlation' | 'monitoring';

/** A rule of a policy that is enabled: ready to be applied, or with why it can't be. */
export interface BookedRule {
  readonly policy: Pick<Policy, 'policyId' | 'version'>;
  readonly rule: Rule;
  /** The end of a sentence that begins with the rule: `does not compile: ...`; undefined when all is well. */
  readonly problem?: string;
  readonly condition?: Condition;
  /** RUN: the playbook's input. */
  readonly input?: ReadonlyMap<string, Expression>;
}

/** All rules for one agent, by policy id, within a policy in its order. */
export type RuleBook = readonly BookedRule[];

interface Grammar {
  readonly verdicts: readonly Rule['verdict'][];
  compile(source: string): Condition;
  compileInput(source: string): Expression;
}

const grammarOf = (variables: ConditionVariables, ...verdicts: Rule['verdict'][]): Grammar => ({
  verdicts,
  compile: conditionCompiler(variables),
  compileInput: expressionCompiler(variables),
});
const grammars: Readonly<Record<RuledAgent, Grammar>> = {
  approval: grammarOf(changeVariables, 'ALLOW', 'DENY', 'REVIEW', 'WEIGHT'),
  coordinator: grammarOf(incidentVariables, 'RUN'),
  correlation: grammarOf(inhibitionVariables, 'INHIBIT'),
  monitoring: grammarOf(signalVariables, 'ALERT'),
};

/** Agents that policies can be for. */
export const ruledAgents = Object.keys(grammars);

export function isRuledAgent(agent: string): agent is RuledAgent {
  return Object.hasOwn(grammars, agent);
}

/**
 * The rules for an agent: those of the policies given, and those of its defaults, unless a policy with their id is among the given ones. A
 * rule that can't be in force stays in the book with its problem, so that it is seen and nothing is allowed for want of it.
 * Rules of `before` that have not changed are not compiled again.
 */
export function ruleBook(agent: RuledAgent, policies: Iterable<Policy>, before: RuleBook = []): RuleBook {
  const compiled = new Map(before.map((each) => [each.rule, each]));
  const given = [...policies];
  const ids = new Set(given.map(({ policyId }) => policyId));
  return [...given, ...defaultPolicies.filter(({ policyId }) => !ids.has(policyId))]
    .filter((policy) => policy.agent === agent && policy.isEnabled)
    .toSorted((a, b) => (a.policyId < b.policyId ? -1 : 1))
    .flatMap((policy) =>
      policy.rules.map((rule) => {
        const known = compiled.get(rule);
        return known?.policy.version === policy.version ? known : bookedRule(agent, policy, rule);
      }),
    );
}

/** Policies by version, as an agent's table of `muster.policies.v1` has them. */
export interface PolicyTable {
  values(): Iterable<Policy>;
  readonly version: number;
}

// What follows from a table is kept until it changes: the same table gives the same book.
const books = new WeakMap<PolicyTable, Map<RuledAgent, { readonly version: number; readonly book: RuleBook }>>();

/** {@link ruleBook} of what a table holds, compiled once per version of the table. */
export function ruleBookOf(agent: RuledAgent, table: PolicyTable): RuleBook {
  const byAgent = books.get(table) ?? new Map();
  books.set(table, byAgent);
  const known = byAgent.get(agent);
  if (known?.version === table.version) return known.book;
  const book = ruleBook(agent, table.values(), known?.book);
  byAgent.set(agent, { version: table.version, book });
  return book;
}

/** `defaults/freeze`, as decisions name rules. */
export function ruleName({ policy, rule }: Pick<BookedRule, 'policy' | 'rule'>): string {
  return `${policy.policyId}/${rule.ruleId}`;
}

function bookedRule(agent: RuledAgent, policy: Policy, rule: Rule): BookedRule {
  const base = { policy: { policyId: policy.policyId, version: policy.version }, rule };
  const grammar = grammars[agent];
  const problem = contradictionIn(agent, grammar, policy, rule);
  if (problem !== undefined) return { ...base, problem };
  try {
    const input = Object.entries(rule.input).map(([name, source]) => [name, grammar.compileInput(source)] as const);
    return { ...base, condition: grammar.compile(rule.when), input: new Map(input) };
  } catch (error) {
    return { ...base, problem: `does not compile: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function contradictionIn(agent: RuledAgent, { verdicts }: Grammar, policy: Policy, rule: Rule): string | undefined {
  if (!verdicts.includes(rule.verdict)) return `says ${rule.verdict}, and ${agent} knows only ${verdicts.join(', ')}`;
  if (policy.rules.find(({ ruleId }) => ruleId === rule.ruleId) !== rule)
    return 'has the id of another rule of its policy';
  if (rule.verdict === 'RUN' && (rule.playbook ?? '') === '') return 'says RUN and names no playbook';
  if (rule.verdict === 'WEIGHT' && !(Math.abs(rule.weight) <= 1 && rule.weight !== 0))
    return `says WEIGHT with a weight of ${rule.weight}; give one from -1 to 1, and not 0`;
  if (rule.verdict === 'REVIEW' && !(rule.reviewers >= 1 && rule.reviewers <= 20))
    return `says REVIEW by ${rule.reviewers} people; give a number from 1 to 20`;
  return undefined;
}
