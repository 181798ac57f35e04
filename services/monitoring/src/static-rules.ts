import type { Table } from '@muster/agent';
import { conditionCompiler, partWithout, signalVariables, type Condition } from '@muster/policy';
import type { Policy, Rule, Target } from '@muster/schemas';
import { keepTallies, tallyOf, type RuleTally } from './rule-tally.ts';
import type { Series } from './series-state.ts';

/** A rule in force, ready to be applied. */
export interface StaticRule {
  /** Kind of the alert it raises; part of the fingerprint. */
  readonly kind: string;
  readonly policy: Policy;
  readonly rule: Rule;
  readonly condition: Condition;
  /** What selects the series it is about; undefined: all of them. */
  readonly selection: Condition | undefined;
  readonly tally: RuleTally;
}

interface RuleBook {
  readonly policies: number;
  readonly targets: number;
  readonly rules: readonly StaticRule[];
  readonly bySeries: WeakMap<Series, readonly StaticRule[]>;
}

const compileCondition = conditionCompiler(signalVariables);

/** What a condition may look at. Targets that are not in the topology are STANDARD and have no owner. */
export function factsOf(series: Series, value: number, target: Target | undefined): Readonly<Record<string, unknown>> {
  const { name, unit, category, labels } = series;
  const { tier, owner } = target ?? { tier: 'STANDARD', owner: '' };
  return { value, target: series.target, name, unit, category, labels, tier, owner };
}

/** A rule ready to be applied, or why it cannot be in force: the end of a sentence that begins with it. */
export function compileRule(policy: Policy, rule: Rule): StaticRule | string {
  if (rule.verdict !== 'ALERT') return `says ${rule.verdict}, and monitoring knows only ALERT`;
  if (policy.rules.find(({ ruleId }) => ruleId === rule.ruleId) !== rule)
    return 'has the id of another rule of its policy';
  try {
    return {
      kind: `rule/${policy.policyId}/${rule.ruleId}`,
      policy,
      rule,
      condition: compileCondition(rule.when),
      selection: selecting(rule.when),
      tally: tallyOf(policy.policyId, rule.ruleId),
    };
  } catch (error) {
    return `does not compile: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function selecting(when: string): Condition | undefined {
  const source = partWithout('value', when);
  try {
    return source === undefined ? undefined : compileCondition(source);
  } catch {
    // A part that is no condition by itself: then the whole is applied to every series.
    return undefined;
  }
}

// What follows from the tables, kept until they change: the same tables give the same rules.
const books = new WeakMap<Table<Policy>, RuleBook>();

/** The rules that concern a series: those whose selection is true for it. */
export function rulesFor(series: Series, policies: Table<Policy>, targets: Table<Target>): readonly StaticRule[] {
  const { rules, bySeries } = bookOf(policies, targets);
  if (rules.length === 0) return rules;
  const known = bySeries.get(series);
  if (known !== undefined) return known;
  const facts = factsOf(series, 0, targets.get(series.target));
  const found = rules.filter(({ selection }) => selection === undefined || isTrue(selection, facts));
  bySeries.set(series, found);
  return found;
}

/** A rule that asks for a label this series does not have is about other series. */
function isTrue(selection: Condition, facts: Readonly<Record<string, unknown>>): boolean {
  try {
    return selection.holds(facts);
  } catch {
    return false;
  }
}

/** The rules in force, compiled once per version of the table. Those that cannot be in force are left out: `rule-problems.ts` says why. */
function bookOf(policies: Table<Policy>, targets: Table<Target>): RuleBook {
  const known = books.get(policies);
  if (known?.policies === policies.version && known.targets === targets.version) return known;
  const rules = known?.policies === policies.version ? known.rules : compileAll(policies, known?.rules ?? []);
  const book = { policies: policies.version, targets: targets.version, rules, bySeries: new WeakMap() };
  books.set(policies, book);
  return book;
}

function compileAll(policies: Table<Policy>, before: readonly StaticRule[]): readonly StaticRule[] {
  const kept = new Map(before.map((compiled) => [compiled.rule, compiled]));
  const rules = [...policies.values()]
    .filter(({ agent, isEnabled }) => agent === 'monitoring' && isEnabled)
    .toSorted((a, b) => (a.policyId < b.policyId ? -1 : 1))
    .flatMap((policy) => policy.rules.map((rule) => kept.get(rule) ?? compileRule(policy, rule)))
    .filter((compiled) => typeof compiled !== 'string');
  keepTallies(new Set(rules.map(({ tally }) => tally)));
  return rules;
}
