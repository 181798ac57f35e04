/** What a scenario is made of: what is done, and what has to be seen then. */
import type { Stage } from './running.ts';
import type { Story } from './story.ts';

interface ForPerson {
  /** A person may do it, so that the demo does it, and waits for it, only when it ends by itself (--once). */
  readonly isForPerson?: true;
}

export interface Expectation extends ForPerson {
  /** What is missing when it does not come: "no alert fired". */
  readonly missing: string;
  /** Whose log tells more: an agent, or a process of the demo. */
  readonly agent: string;
  /** Counted from the step before it. */
  readonly withinMs: number;
  /** Whether it has come. Throws a sentence when something else came that rules it out. */
  isMet(story: Story): boolean;
}

/** Something that the demo does to the world. */
export interface Deed extends ForPerson {
  act(stage: Stage): Promise<void>;
}

/** One after the other. */
export type Step = Expectation | Deed;

export const isDeed = (step: Step): step is Deed => 'act' in step;
