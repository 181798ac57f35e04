import type { Stage } from './running.ts';
import type { Fault } from './shop/fault.ts';
import type { Step } from './steps.ts';
import type { Story } from './story.ts';

/** Something that may happen, and all that has to follow. */
export interface Scenario {
  readonly name: string;
  /** In half a line, for a list. */
  readonly title: string;
  /** What happens, as it is told when it does. */
  readonly story: string;
  /** What it is that begins and is over: `the fault`. */
  readonly matter: string;
  /** What is the matter with the shop itself. */
  readonly fault?: Fault;
  /** What the coordinator is told to do about a shop that is unwell. */
  readonly remedy: 'restart' | 'scale' | 'none';
  /** Whether it begins only when monitoring knows the shop. */
  readonly isLearned: boolean;
  /** Makes ready what has to be there before anything is started. */
  prepare?(stage: Stage): Promise<Setting>;
  /** What is done and what has to be seen, from the cause to the end; none: nothing happens. */
  readonly steps: readonly Step[];
  /** What was seen and should not have been, in a sentence each. */
  contradictions?(story: Story): string[];
  /** Commands that show more of it, each with what it shows. */
  readonly tries?: readonly (readonly [command: string, what: string])[];
  /** How it went, in sentences. Default: how soon the fault was found, and its end seen. */
  verdict?(story: Story): string[];
}

/** Settings of a scenario, as environments of the processes that need them. */
export interface Setting {
  readonly shop?: Readonly<Record<string, string>>;
  readonly agents?: Readonly<Record<string, string>>;
}
