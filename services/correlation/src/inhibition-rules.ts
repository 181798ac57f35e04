import type { Table } from '@muster/agent';
import {
  alertFacts,
  conditionCompiler,
  inhibitionVariables,
  partWithout,
  ruleBookOf,
  ruleName,
  type Condition,
} from '@muster/policy';
import type { AlertTransition, Policy, Target } from '@muster/schemas';

/** An alert as grouping hears of it. */
export type AlertNews = Omit<AlertTransition, 'envelope'> & { readonly correlationId: string };

/** What may be looked up. */
export interface Surroundings {
  readonly policies: Table<Policy>;
  readonly targets: Table<Target>;
}

type Facts = Readonly<Record<string, unknown>>;

/** A rule in force. Its parts that speak of one of the two alerts are tried once, before it is tried on both. */
interface InhibitionRule {
  readonly name: string;
  /** What it is for, in words. */
  readonly reason: string;
  canMute(by: Facts): boolean;
  canBeMuted(alert: Facts): boolean;
  holds(alert: Facts, by: Facts): boolean;
}

const compile = conditionCompiler(inhibitionVariables);

// What follows from the table, kept until it changes.
const kept = new WeakMap<object, readonly InhibitionRule[]>();

export function inhibitionRules({ policies }: Pick<Surroundings, 'policies'>): readonly InhibitionRule[] {
  const book = ruleBookOf('correlation', policies);
  const known = kept.get(book);
  if (known !== undefined) return known;
  const rules = book.flatMap((booked): InhibitionRule[] => {
    const { rule, condition } = booked;
    if (condition === undefined) return [];
    const ofBy = part('alert', rule.when);
    const ofAlert = part('by', rule.when);
    return [
      {
        name: ruleName(booked),
        reason: rule.description || rule.when,
        canMute: (by) => ofBy === undefined || isTrue(ofBy, { by, alert: {} }),
        canBeMuted: (alert) => ofAlert === undefined || isTrue(ofAlert, { alert, by: {} }),
        holds: (alert, by) => isTrue(condition, { alert, by }),
      },
    ];
  });
  kept.set(book, rules);
  return rules;
}

function part(without: 'alert' | 'by', when: string): Condition | undefined {
  const source = partWithout(without, when);
  try {
    return source === undefined ? undefined : compile(source);
  } catch {
    // A part that is no condition by itself: then only the whole tells.
    return undefined;
  }
}

/** A rule that asks for a label that an alert does not have is about other alerts. */
function isTrue(condition: Condition, facts: Facts): boolean {
  try {
    return condition.holds(facts);
  } catch {
    return false;
  }
}

export function factsFor(alert: AlertNews, { targets }: Surroundings): Facts {
  return alertFacts(alert, targets.get(alert.target), dependenciesOf(alert.target, targets));
}

const mostDependencies = 100;

/** What a target cannot work without, the nearest first. */
function dependenciesOf(target: string, targets: Table<Target>): readonly string[] {
  const found = new Set<string>();
  let front = [target];
  while (front.length > 0 && found.size < mostDependencies) {
    const next = front
      .flatMap((each) => targets.get(each)?.dependsOn ?? [])
      .filter((each) => !found.has(each) && each !== target);
    for (const each of next) found.add(each);
    front = [...new Set(next)];
  }
  return [...found].slice(0, mostDependencies);
}
