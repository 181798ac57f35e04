import { over, type AlertLife, type Finding } from './alert-life.ts';
import { bodyOf, type AlertBody, type Scene } from './evidence.ts';
import { latestValue } from './series-state.ts';
import { factsOf, type StaticRule } from './static-rules.ts';
import { quantity, seriesInWords } from './words.ts';

/** A rule's condition holds. */
export type RuleHold = {
  /** Of the alert it leads to. */
  readonly kind: string;
  /** Since when by the log's clock, and by the series' own. */
  readonly sinceAt: number;
  readonly firstAt: number;
  /** When it has held long enough, by the log's clock. */
  readonly dueAt: number;
};

type Holds = readonly RuleHold[] | null;
type Lives = readonly AlertLife[] | null;

/**
 * Applies the rules to the newest value. A rule is raised when its condition has held for `forMs` without a break, and cleared by the first
 * value for which it does not; an alert whose rule is no longer in force is over.
 */
export function watchRules(
  rules: readonly StaticRule[],
  holds: Holds,
  lives: Lives,
  scene: Scene,
): { readonly holds: Holds; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const next: RuleHold[] = [];
  const facts = factsOf(scene.series, latestValue(scene.recent), scene.facts);
  for (const rule of rules) {
    const wasRaised = lives?.find(({ kind }) => kind === rule.kind)?.isRaised ?? false;
    if (isTrueOf(rule, facts)) {
      const known = holds?.find(({ kind }) => kind === rule.kind);
      const { sinceAt, firstAt } = known ?? { sinceAt: scene.now, firstAt: scene.at };
      const dueAt = sinceAt + rule.rule.forMs;
      next.push({ kind: rule.kind, sinceAt, firstAt, dueAt });
      if (scene.now >= dueAt) findings.push(findingOf(rule, true, firstAt, facts, scene));
    } else if (wasRaised) findings.push(findingOf(rule, false, scene.at, facts, scene));
  }
  for (const life of lives ?? []) {
    if (life.isRaised && life.kind.startsWith('rule/') && !rules.some(({ kind }) => kind === life.kind))
      findings.push(over(life, scene.at, 'The rule is no longer in force, or no longer about this series.'));
  }
  return { holds: next.length === 0 ? null : next, findings };
}

function isTrueOf({ condition, tally }: StaticRule, facts: Readonly<Record<string, unknown>>): boolean {
  tally.samples += 1;
  try {
    return condition.holds(facts);
  } catch (error) {
    tally.failures += 1;
    tally.reason = error instanceof Error ? error.message : String(error);
    return false;
  }
}

function findingOf(
  { kind, policy, rule }: StaticRule,
  isRaised: boolean,
  at: number,
  facts: Readonly<Record<string, unknown>>,
  scene: Scene,
): Finding {
  const alert = (): AlertBody => {
    const { series } = scene;
    const { policyId, version: policyVersion } = policy;
    const { ruleId, title, description, when: condition } = rule;
    const observed = latestValue(scene.recent);
    const reading = quantity(observed, series.unit);
    const reason = `rule ${ruleId} of policy ${policyId} ${isRaised ? 'holds' : 'no longer holds'}`;
    return bodyOf(
      scene,
      {
        title:
          isRaised && title !== ''
            ? filledIn(title, { ...facts, value: reading })
            : `${seriesInWords(series)} is ${reading}: ${reason}`,
        description: isRaised ? description || `${condition} is true.` : `${condition} is not true any more.`,
        labels: { ...series.labels, ...rule.labels },
      },
      {
        detector: 'rule',
        reason,
        observed,
        score: isRaised ? 1 : 0,
        rule: { policyId, policyVersion, ruleId, condition },
      },
    );
  };
  return { kind, isRaised, severity: rule.severity === 'UNKNOWN' ? 'WARNING' : rule.severity, at, alert };
}

/** `{name}` and `{labels.route}` stand for the fields of the signal; anything else in braces stays as it is. */
function filledIn(title: string, facts: Readonly<Record<string, unknown>>): string {
  const labels = facts['labels'] as Readonly<Record<string, string>>;
  return title.replaceAll(/\{(labels\.)?([^{}]+)\}/g, (whole: string, isLabel: string | undefined, field: string) => {
    const value = isLabel === undefined ? facts[field] : labels[field];
    return typeof value === 'string' ? value : whole;
  });
}
