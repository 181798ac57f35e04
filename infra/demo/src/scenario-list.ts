/** The scenarios there are. */
import type { Scenario } from './scenario.ts';
import { attack } from './scenarios/attack.ts';
import { dependencyDown } from './scenarios/dependency-down.ts';
import { nightlyLoad } from './scenarios/nightly-load.ts';
import { crashing, healthy, leaking, slow, undo, unfixable } from './scenarios/shop-faults.ts';

const all: readonly Scenario[] = [
  healthy,
  slow,
  leaking,
  crashing,
  unfixable,
  undo,
  attack,
  dependencyDown,
  nightlyLoad,
];

export const scenarioNames: readonly string[] = all.map(({ name }) => name);

/** Undefined where there is none of that name. */
export const scenarioNamed = (name: string): Scenario | undefined => all.find((one) => one.name === name);

/** What happens unless somebody says otherwise. */
export const usualScenario = slow;
