/**
 * Follows every task to its final word. A failed attempt is looked at, and tried again in a way that may help, or given up; the final word comes exactly
 * once, from whoever did the task or from here. A conversation's tasks are its state; what is due is its wake-up (`due.ts`).
 */
import { ignored } from '@muster/agent';
import type { Message } from '@muster/bus';
import type { Task, TaskProgress, TaskResult } from '@muster/schemas';
import { alternatives, scoreOf } from './alternatives.ts';
import { drawsOf } from './draws.ts';
import { failureOf } from './failure.ts';
import {
  emptyConversation,
  limits,
  opened,
  withEnd,
  withHistory,
  withTask,
  type Conversation,
  type OpenTask,
} from './open-task.ts';
import { dropped, gaveUp, settled, withoutPlan, type Context, type Ended, type Step } from './step.ts';
import { decide } from './strategy.ts';
import { followed, measured, type Told } from './telling.ts';

type Topic = 'muster.tasks.v1' | 'muster.task-results.v1' | 'muster.task-progress.v1';

const finals: ReadonlySet<TaskResult['status']> = new Set([
  'COMPLETED',
  'PARTIAL',
  'ABANDONED',
  'UNROUTABLE',
  'EXPIRED',
]);

export function hear(message: Message<Topic>, context: Context): Ended {
  const conversation = context.state ?? emptyConversation;
  switch (message.topic) {
    case 'muster.tasks.v1':
      return begin(message.value, conversation, context);
    case 'muster.task-results.v1':
      return end(message.value, conversation, context);
    case 'muster.task-progress.v1':
      return goOn(message.value, conversation, context);
  }
}

function begin(task: Task, conversation: Conversation, context: Context): Ended {
  const { now } = context;
  const { taskId } = task;
  const known = conversation.open.get(taskId);
  const ended = conversation.ended.get(taskId);
  if (ended !== undefined) return ignored(`task ${taskId} has its final word: ${ended.status}`);
  if (known !== undefined && task.attempt <= known.task.attempt) return ignored('this attempt is known');
  if (known === undefined && conversation.open.size >= limits.open)
    return ignored(`not watched: its conversation has ${limits.open} open tasks already`);
  const next: OpenTask =
    known === undefined ? opened(task, now) : { ...withoutPlan(known), task, sentAt: now, deadline: task.deadline };
  const early = conversation.early.filter(({ result }) => result.taskId === taskId);
  const publish = known?.plan === undefined ? [] : dropped(known, known.plan);
  let step: Step = {
    conversation: {
      ...withTask(conversation, taskId, next),
      early: conversation.early.filter(({ result }) => result.taskId !== taskId),
    },
    publish,
  };
  for (const { result } of early) step = after(step, judge(result, step.conversation, context));
  return settled(step, now);
}

function end(result: TaskResult, conversation: Conversation, context: Context): Ended {
  const { taskId, status, attempt } = result;
  const { now } = context;
  if (status === 'UNKNOWN') return ignored('a status this version does not know');
  const open = conversation.open.get(taskId);
  if (open === undefined) {
    const ended = conversation.ended.get(taskId);
    if (ended !== undefined)
      return ignored(`${status} of attempt ${attempt} comes after the final word of task ${taskId}: ${ended.status}`);
    if (conversation.early.length >= limits.early) return ignored(`nobody asked for task ${taskId}`);
    // Its task may be on its way: topics have no order between them. If none comes within a minute, nobody asked for it.
    return settled(
      { conversation: { ...conversation, early: [...conversation.early, { result, at: now }] }, publish: [] },
      now,
    );
  }
  const step = judge(result, conversation, context);
  return step === undefined
    ? ignored(
        `FAILED of attempt ${attempt} is late: attempt ${open.task.attempt} ${open.plan === undefined ? 'is out' : 'has failed already'}`,
      )
    : settled(step, now);
}

/** Progress moves the deadline on, as it does where the task is done. */
function goOn({ taskId }: TaskProgress, conversation: Conversation, { now }: Context): Ended {
  const open = conversation.open.get(taskId);
  if (open === undefined || !isOut(open)) return ignored('progress of nothing that is awaited');
  const deadline = now + (open.task.deadline - open.sentAt);
  if (deadline < open.deadline + limits.graceMs / 6) return ignored('its deadline is far enough away');
  return settled({ conversation: withTask(conversation, taskId, { ...open, deadline }), publish: [] }, now);
}

const isOut = ({ plan, givenUp }: OpenTask): boolean => plan === undefined && givenUp === undefined;

/** What a result does to the open task it belongs to; `undefined` when it is too late to count. */
function judge(result: TaskResult, conversation: Conversation, context: Context): Step | undefined {
  const { taskId, status, attempt } = result;
  const open = conversation.open.get(taskId);
  if (open === undefined) return undefined;
  const isAwaited = isOut(open) && attempt === open.task.attempt;
  if (finals.has(status)) {
    const isDone = status === 'COMPLETED' || status === 'PARTIAL';
    const lesson = isAwaited && open.lesson !== undefined && (isDone || result.startedAt !== null);
    return {
      conversation: withEnd(conversation, taskId, status, context.now),
      publish: [
        ...(isDone ? [measured(result, undefined, '')] : []),
        ...(lesson && open.lesson !== undefined ? [followed(open, 'LESSON', open.lesson, isDone)] : []),
        ...(open.plan === undefined ? [] : dropped(open, open.plan)),
      ],
    };
  }
  return isAwaited ? failed(result, open, conversation, context) : undefined;
}

function failed(result: TaskResult, before: OpenTask, conversation: Conversation, context: Context): Step {
  const { now, config, tables, newId } = context;
  const failure = failureOf(result);
  const isMesh = failure.fault === 'mesh';
  const open: OpenTask = {
    ...before,
    tries: before.tries + (isMesh ? 0 : 1),
    waits: isMesh ? before.waits + 1 : 0,
    cost: before.cost + result.cost,
  };
  const draw = drawsOf(newId);
  const score = scoreOf(tables, failure.agent, open.task.capability);
  const decision = decide({
    open: { ...open, waits: before.waits },
    failure,
    now,
    maxAttempts: open.task.budget?.maxAttempts ?? config.maxAttempts,
    score,
    others: alternatives(tables, open.task, failure.agent, now),
    draw,
  });
  const { strategy, reason } = decision;
  const { agent, kind, type, message } = failure;
  const past = { attempt: open.task.attempt, agent, kind, type, message, strategy, reason, at: now };
  // Waiting for its turn is not news each time.
  const last = open.history.at(-1);
  const isSame = strategy === 'wait' && last?.strategy === 'wait' && last.type === type;
  const tried: OpenTask = { ...open, history: isSame ? open.history : withHistory(open, past) };
  const told: Told[] = [];
  if (failure.fault === 'agent') told.push(measured(result, failure, strategy === 'give-up' ? '' : strategy));
  if (failure.fault === 'agent' && open.lesson !== undefined) told.push(followed(open, 'LESSON', open.lesson, false));
  if (decision.strategy === 'give-up') return gaveUp({ conversation, publish: told }, tried, reason, now);
  const { isCounted: _, ...plan } = decision;
  return { conversation: withTask(conversation, open.task.taskId, { ...tried, plan }), publish: told };
}

function after(step: Step, next: Step | undefined): Step {
  return next === undefined ? step : { conversation: next.conversation, publish: [...step.publish, ...next.publish] };
}
