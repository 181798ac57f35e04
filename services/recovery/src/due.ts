import type { AgentScore } from '@muster/schemas';
import { scoreOf } from './alternatives.ts';
import { drawsOf } from './draws.ts';
import { dueAt, emptyConversation, withTask, type OpenTask, type Plan } from './open-task.ts';
import { dropped, gaveUp, settled, withoutPlan, type Context, type Ended, type Step } from './step.ts';
import { inTime } from './strategy.ts';
import { followed, nextAttempt } from './telling.ts';

/** Whoever lost draws again after a second, or longer the less there is to win; chance spreads it from half of that to one and a half. */
const drawAgainMs = { least: 1_000, most: 15_000 };
/** After a breaker is half-open those who wait for it come over so long a time, or less after a short cool-down. */
const spreadMs = { least: 500, most: 10_000 };

/** What is due: attempts, results that never came, memories that are over. */
export function wake(context: Context): Ended {
  const { now } = context;
  let step: Step = { conversation: context.state ?? emptyConversation, publish: [] };
  for (const open of step.conversation.open.values()) {
    if (dueAt(open) > now) continue;
    const { plan, givenUp } = open;
    if (givenUp !== undefined) step = gaveUp(step, open, givenUp.reason, now);
    else if (plan !== undefined) step = tryAgain(step, open, plan, context);
    else step = gaveUp(step, open, 'no result came by its deadline', now);
  }
  return settled(step, now);
}

function tryAgain(step: Step, open: OpenTask, plan: Plan, { now, tables, newId }: Context): Step {
  const { taskId, capability } = open.task;
  const draw = drawsOf(newId);
  const score = scoreOf(tables, plan.agent, capability);
  const isCounted = plan.strategy !== 'wait';
  if (inTime({ open, score }, now, now) === undefined) {
    const reason = 'no other attempt could be done by the deadline';
    return gaveUp({ ...step, publish: [...step.publish, ...dropped(open, plan)] }, open, reason, now);
  }
  const halfOpenAt = stillOpenUntil(score, now);
  const mustWait = plan.strategy !== 'wait' && plan.strategy !== 'other-agent' && halfOpenAt !== undefined;
  if (mustWait) {
    const spread = Math.min(spreadMs.most, Math.max(spreadMs.least, halfOpenAt - now));
    return later(
      step,
      open,
      plan,
      { from: halfOpenAt, at: halfOpenAt + draw() * spread },
      `the breaker of ${plan.agent} is open`,
      now,
    );
  }
  const { retryShare: share = 1 } = score ?? {};
  if (isCounted && share < 1 && draw() >= share) {
    const pause = Math.min(drawAgainMs.most, drawAgainMs.least / Math.max(share, 0.01)) * (0.5 + draw());
    return later(step, open, plan, { from: now + 500, at: now + pause }, 'the budget for retries is used up', now);
  }
  const { task, told } = nextAttempt(open, plan);
  const { agent, kind, pattern, strategy } = plan;
  const sent: OpenTask = {
    ...withoutPlan(open),
    task,
    sentAt: now,
    deadline: Math.max(open.deadline, task.deadline),
    ...(isCounted ? { lesson: { agent, kind, pattern, strategy } } : {}),
  };
  return {
    conversation: withTask(step.conversation, taskId, sent),
    publish: [...step.publish, told, ...(isCounted ? [followed(open, 'RETRIED', plan)] : [])],
  };
}

/** Not yet: it waits on, until `at` or a little less, or is given up when even `from` would be too late. */
function later(
  step: Step,
  open: OpenTask,
  plan: Plan,
  { from, at }: { readonly from: number; readonly at: number },
  why: string,
  now: number,
): Step {
  const next = inTime({ open, score: undefined }, from, at);
  if (next === undefined)
    return gaveUp(
      { ...step, publish: [...step.publish, ...dropped(open, plan)] },
      open,
      `${why}, and its deadline is near`,
      now,
    );
  return {
    ...step,
    conversation: withTask(step.conversation, open.task.taskId, { ...open, plan: { ...plan, dueAt: next } }),
  };
}

function stillOpenUntil(score: AgentScore | undefined, now: number): number | undefined {
  const { breaker, halfOpenAt = null } = score ?? {};
  return breaker === 'OPEN' && halfOpenAt !== null && halfOpenAt > now ? halfOpenAt : undefined;
}
