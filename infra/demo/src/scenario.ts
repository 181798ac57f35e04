/** What may happen to the shop, and how it has to end. */
import type { Fault } from './shop/fault.ts';

export const scenarioNames = ['healthy', 'slow', 'leaking', 'crashing', 'unfixable', 'undo'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

export interface Scenario {
  readonly name: ScenarioName;
  /** In half a line, for a list. */
  readonly title: string;
  /** What goes wrong, as it is told when it does. */
  readonly story: string;
  readonly fault?: Fault;
  /** What the mesh does about it. Default: a restart. */
  readonly remedy?: 'restart' | 'scale';
  /**
   * quiet: nothing is reported or done. mended: the mesh mends it alone. asked: it can't, takes nothing for granted, and asks a person. undone: what it
   * did is of no use, so it takes it back, and asks a person.
   */
  readonly ending: 'quiet' | 'mended' | 'asked' | 'undone';
}

const all: Readonly<Record<ScenarioName, Omit<Scenario, 'name'>>> = {
  healthy: {
    title: 'nothing happens, and nothing is reported or done',
    story: 'Nothing is the matter.',
    ending: 'quiet',
  },
  slow: {
    title: 'a cache is lost, orders queue; a restart mends it',
    story:
      'The counts of the stock are lost: every order now counts the whole warehouse with the stock locked, and all others queue behind it.',
    fault: 'slow',
    ending: 'mended',
  },
  leaking: {
    title: 'every request keeps memory, slow near the limit; a restart mends it',
    story: 'Every request now keeps a MiB of memory. Near the limit each has to look for some, longer and longer.',
    fault: 'leaking',
    ending: 'mended',
  },
  crashing: {
    title: 'processes end over and over; a restart with a clean state mends it',
    story:
      'The journal of orders is damaged on disk. The first order ends the process; it is started again, and so does the next.',
    fault: 'crashing',
    ending: 'mended',
  },
  unfixable: {
    title: 'the payment provider is slow; a restart does not help, a person is asked',
    story: 'The payment provider now takes a second and a half. It is no part of the shop: a restart will not help.',
    fault: 'unfixable',
    ending: 'asked',
  },
  undo: {
    title: 'the same; another process is of no help, and that is taken back',
    story:
      'The payment provider now takes a second and a half. The shop gets another process: that will not help, and will be taken back.',
    fault: 'unfixable',
    remedy: 'scale',
    ending: 'undone',
  },
};

export const scenarioNamed = (name: ScenarioName): Scenario => ({ name, ...all[name] });

export const isScenarioName = (name: string): name is ScenarioName =>
  (scenarioNames as readonly string[]).includes(name);
