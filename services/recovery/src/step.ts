import { handled, type HandlerContext, type Outcome } from '@muster/agent';
import type { Tables } from './alternatives.ts';
import { kept, withTask, type Conversation, type OpenTask, type Plan } from './open-task.ts';
import type { Settings } from './settings.ts';
import { abandoned, followed, type Told } from './telling.ts';

export type Context = HandlerContext<Conversation, Settings, Tables>;
export type Ended = Outcome<Conversation, Told['topic']>;

/** A conversation on its way to what is remembered next, and what is said. */
export interface Step {
  readonly conversation: Conversation;
  readonly publish: readonly Told[];
}

/** Says that a task is given up; it has ended when that word is heard. */
export function gaveUp({ conversation, publish }: Step, open: OpenTask, reason: string, now: number): Step {
  const givenUp = { reason, saidAt: now };
  return {
    conversation: withTask(conversation, open.task.taskId, { ...withoutPlan(open), givenUp }),
    publish: [...publish, abandoned(open, reason, now)],
  };
}

export function dropped(open: OpenTask, plan: Plan): readonly Told[] {
  return plan.strategy === 'wait' ? [] : [followed(open, 'DROPPED', plan)];
}

/** The task as one that is out. */
export function withoutPlan({ task, sentAt, deadline, tries, waits, cost, history }: OpenTask): OpenTask {
  return { task, sentAt, deadline, tries, waits, cost, history };
}

export function settled({ conversation, publish }: Step, now: number): Ended {
  return handled({ ...kept(conversation, now), publish });
}
