import { handled, type HandlerContext, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { Task, TaskInput, TaskResultInput } from '@muster/schemas';
import { candidatesFor } from './candidates.ts';
import { inboxOf } from './card-fault.ts';
import { choiceOf } from './choice.ts';
import { directoryOf } from './directory.ts';
import { chanceOf } from './draw.ts';
import type { Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { wishOf } from './wish.ts';

export type RouterTables = {
  cards: 'muster.agent-cards.v1';
  scores: 'muster.agent-scores.v1';
  heartbeats: 'muster.agent-heartbeats.v1';
};
type Context = HandlerContext<never, Settings, RouterTables>;
type Routed = Outcome<never, 'muster.inbox.<agent>.v1' | 'muster.task-results.v1'>;

/** Longer reasons of requesters are cut, so that there is room for the router's. */
const longestReason = 4_000;

/** A task came: gives it to the inbox of an agent, or says why to none. The same attempt of a task falls the same way as long as the mesh is the same. */
export function route({ value: task }: Message<'muster.tasks.v1'>, { now, config, tables }: Context): Routed {
  if (task.deadline <= now) return answered(task, now, expired(task, now));
  const directory = directoryOf(tables.cards);
  const wish = wishOf(task, directory, config.confidence);
  if ('fault' in wish) return answered(task, now, wish);
  const chance = (of: string): number => chanceOf(of, task.conversation, task.taskId, task.attempt);
  const found = candidatesFor(wish.task, wish.offers, tables, now, chance('later'));
  if ('fault' in found) return answered(wish.task, now, found);
  const chances = { ofChoice: chance('choice'), ofTrial: chance('trial') };
  const choice = choiceOf(found, task.deadline - now, config.exploration, chances);
  if ('fault' in choice) return answered(wish.task, now, choice);
  const { envelope: _, ...assigned } = wish.task;
  const reasons = [task.reason.slice(0, longestReason), wish.reason, choice.reason].filter((reason) => reason !== '');
  const value: TaskInput = { ...assigned, reason: reasons.join(' | ') };
  return handled({
    publish: [{ topic: inboxOf(choice.candidate.offer.agent), value, expiresAt: task.deadline }],
  });
}

function expired(task: Task, now: number): Refusal {
  const message = `the deadline passed ${now - task.deadline} ms before the task was routed`;
  return { status: 'EXPIRED', fault: { class: 'PERMANENT', type: 'DeadlinePassed', message }, output: {} };
}

function answered(task: Task, now: number, { status, fault, output }: Refusal): Routed {
  const { taskId, conversation, capability, attempt, replyTo, context } = task;
  const value: TaskResultInput = {
    taskId,
    conversation,
    capability,
    attempt,
    replyTo,
    context,
    agent: 'router',
    instance: 'router',
    status,
    fault,
    output: JSON.stringify(output),
    startedAt: null,
    finishedAt: now,
  };
  return handled({ publish: [{ topic: 'muster.task-results.v1', value }] });
}
