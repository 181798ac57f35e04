import { handled, type HandlerContext, type Outcome } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { Task, TaskInput, TaskResultInput } from '@muster/schemas';
import { candidatesFor } from './candidates.ts';
import { inboxOf } from './card-fault.ts';
import { choiceOf } from './choice.ts';
import { directoryOf } from './directory.ts';
import { chanceOf } from './draw.ts';
import { thereSince } from './presence.ts';
import { notNow, type Refusal } from './refusal.ts';
import type { Settings } from './settings.ts';
import { wishOf } from './wish.ts';

export type RouterTables = {
  cards: 'muster.agent-cards.v1';
  scores: 'muster.agent-scores.v1';
  heartbeats: 'muster.agent-heartbeats.v1';
};
type Context = HandlerContext<Routing, Settings, RouterTables>;
type Topic = 'muster.inbox.<agent>.v1' | 'muster.task-results.v1';
type Answer = Outcome<never, Topic>;
type Routed = Outcome<Routing, Topic>;

/**
 * What is remembered of a conversation. A key without a state is forgotten, and the ids of its messages with it: the second copy of a task, as a
 * crash leaves it, would be given away once more, to another agent perhaps, or be answered as expired after it was done.
 */
export interface Routing {
  /** When a task of it was routed last, epoch ms. */
  readonly lastAt: number;
}

/** Second copies come sooner than this after the first ones. */
const rememberMs = 2 * 60_000;

const startingAgainMs = 2_000;

/** Longer reasons of requesters are cut, so that there is room for the router's. */
const longestReason = 4_000;

/** A task came: gives it to the inbox of an agent, or says why to none. The same attempt of a task falls the same way as long as the mesh is the same. */
export function route(message: Message<'muster.tasks.v1'>, context: Context): Routed {
  const { state, now } = context;
  // The wake-up stands from the first task on: it sees for itself whether others came.
  const answer = routed(message, context);
  if (answer.kind !== 'handled') return answer;
  return { ...answer, state: { lastAt: now }, ...(state === undefined && { wakeAt: now + rememberMs }) };
}

/** Forgets a conversation of which nothing was heard for a while. */
export function forget({ state, now }: Context): Outcome<Routing, never> {
  const until = (state?.lastAt ?? 0) + rememberMs;
  return until > now ? handled({ wakeAt: until }) : handled({ state: null });
}

function routed({ value: task }: Message<'muster.tasks.v1'>, { now, config, tables }: Context): Answer {
  if (task.deadline <= now) return answered(task, now, expired(task, now));
  const directory = directoryOf(tables.cards);
  const wish = wishOf(task, directory, config.confidence);
  const chance = (of: string): number => chanceOf(of, task.conversation, task.taskId, task.attempt);
  if ('fault' in wish) {
    const isStarting = now < (thereSince('router', tables.heartbeats, now) ?? now) + config.startingMs;
    return answered(task, now, isStarting ? unlessItTurnsUp(wish, chance('later')) : wish);
  }
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

/** Beside a router that has just started, others start: their cards may be on their way. */
function unlessItTurnsUp(refusal: Refusal, chance: number): Refusal {
  const { type, message } = refusal.fault;
  if (type !== 'UnknownCapability' && type !== 'NoneOfThese') return refusal;
  return notNow('MeshStarting', `${message}; agents may still be starting`, Math.round(startingAgainMs * (1 + chance)));
}

function expired(task: Task, now: number): Refusal {
  const message = `the deadline passed ${now - task.deadline} ms before the task was routed`;
  return { status: 'EXPIRED', fault: { class: 'PERMANENT', type: 'DeadlinePassed', message }, output: {} };
}

function answered(task: Task, now: number, { status, fault, output }: Refusal): Answer {
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
