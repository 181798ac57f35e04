import type { Publication } from '@muster/agent';
import type { FaultInput, Task, TaskInput, TaskMeasurementInput, TaskResult } from '@muster/schemas';
import type { Failure } from './failure.ts';
import type { OpenTask, Plan } from './open-task.ts';

export type Told = Publication<'muster.tasks.v1' | 'muster.task-results.v1' | 'muster.task-measurements.v1'>;

/** Who gives final words, and whose failures are not measured. */
const self = 'recovery';

/** The task once more: the same work with the same key, as its next attempt. */
export function nextAttempt({ task }: OpenTask, plan: Plan): { readonly task: Task; readonly told: Told } {
  const next: Task = { ...task, attempt: task.attempt + 1, avoid: plan.avoid };
  const { envelope: _, ...value } = { ...next, reason: reasonOf(task, plan) };
  return {
    task: next,
    told: {
      topic: 'muster.tasks.v1',
      value: value satisfies TaskInput,
      correlationId: task.envelope.correlationId,
      expiresAt: task.deadline,
    },
  };
}

function reasonOf({ reason, attempt }: Task, plan: Plan): string {
  const asked = (reason.split(/(?:^| \| )attempt \d/, 1)[0] ?? '').slice(0, 500);
  return `${asked === '' ? '' : `${asked} | `}attempt ${attempt + 1} by ${plan.strategy}: ${plan.reason}`;
}

/** The final word about a task that was given up, with the history of its attempts. */
export function abandoned({ task, history, tries }: OpenTask, reason: string, now: number): Told {
  const { taskId, conversation, capability, attempt, replyTo, context } = task;
  const last = history.at(-1);
  const fault: FaultInput = {
    class: 'PERMANENT',
    type: last?.type === undefined || last.type === '' ? 'GivenUp' : last.type,
    message: `given up: ${reason}${last === undefined || last.message === '' ? '' : `; last: ${last.message}`}`,
  };
  return {
    topic: 'muster.task-results.v1',
    value: {
      taskId,
      conversation,
      capability,
      agent: self,
      instance: self,
      status: 'ABANDONED',
      output: JSON.stringify({ reason, attempts: attempt, failures: tries, history }),
      fault,
      finishedAt: now,
      attempt,
      replyTo,
      context,
    },
    correlationId: task.envelope.correlationId,
  };
}

/** How an attempt ended, for the score of the agent. `strategy` is empty when nothing will be tried after a failure. */
export function measured(result: TaskResult, failure: Failure | undefined, strategy: string): Told {
  const { agent, capability, taskId, attempt, startedAt, finishedAt, cost } = result;
  return measurement(result.envelope.correlationId, {
    kind: 'ENDED',
    agent,
    capability,
    taskId,
    attempt,
    isSuccess: failure === undefined,
    faultClass: failure?.kind ?? '',
    faultType: failure?.type ?? '',
    pattern: failure?.pattern ?? '',
    strategy,
    latencyMs: startedAt === null ? 0 : Math.max(0, finishedAt - startedAt),
    cost,
  });
}

/** What became of a planned attempt, or what it taught; told about the agent whose failure it was to mend. */
export function followed(
  { task }: OpenTask,
  kind: 'RETRIED' | 'DROPPED' | 'LESSON',
  { agent, kind: faultClass, pattern, strategy }: Pick<Plan, 'agent' | 'kind' | 'pattern' | 'strategy'>,
  isSuccess = false,
): Told {
  const { taskId, capability, attempt, envelope } = task;
  const about = { kind, agent, capability, taskId, attempt, isSuccess, faultClass, pattern, strategy };
  return measurement(envelope.correlationId, about);
}

function measurement(correlationId: string, value: TaskMeasurementInput): Told {
  return { topic: 'muster.task-measurements.v1', value, correlationId };
}
