/** What becomes of the runs of a benchmark, as seen on the topics. */
import type { Bus } from '@muster/bus';
import type { TaskInput, TopicName, TopicRecords } from '@muster/schemas';

export interface RunWatch {
  /** When the command to start a run was sent, by its id; performance.now(). */
  readonly startedAt: Map<string, number>;
  /** From the command to the first step's task, ms. */
  readonly firstTaskMs: number[];
  /** Runs that ended, by id: how. */
  readonly ended: Map<string, string>;
  /** Tasks whose result was asked for more than once. */
  readonly repeated: Set<string>;
  /** When the last task, and the last event, was seen. */
  lastSeenAt: number;
  stop(): Promise<void>;
}

/** `isAnswering`: it writes the results of all tasks itself, as an agent in no time would, without router and agent. */
export async function watchRuns(bus: Bus, isAnswering: boolean): Promise<RunWatch> {
  const startedAt = new Map<string, number>();
  const firstTaskMs: number[] = [];
  const ended = new Map<string, string>();
  const repeated = new Set<string>();
  const known = new Set<string>();
  const topics = ['muster.tasks.v1', 'muster.workflow-events.v1'] as const satisfies readonly TopicName[];
  await bus.warm({ reads: topics, writes: ['muster.task-results.v1', 'muster.workflow-commands.v1'] });

  const seeTask = (task: TopicRecords['muster.tasks.v1'], now: number): void => {
    const { conversation, taskId, capability, context } = task;
    const began = startedAt.get(conversation);
    if (began !== undefined && !known.has(conversation)) firstTaskMs.push(now - began);
    known.add(conversation);
    if (known.has(taskId)) repeated.add(taskId);
    known.add(taskId);
    if (isAnswering)
      void bus.publish([answerTo({ taskId, conversation, capability, context, deadline: 0, idempotencyKey: '' })]);
  };
  const watch: RunWatch = {
    startedAt,
    firstTaskMs,
    ended,
    repeated,
    lastSeenAt: 0,
    stop: async () => following.stop(2_000),
  };
  const caughtUp = Promise.withResolvers<void>();
  const following = await bus.log.follow({
    topics: [...topics],
    from: { at: 'end' },
    records({ records }) {
      const now = performance.now();
      watch.lastSeenAt = now;
      for (const record of records) {
        const decoded = bus.decode(record);
        if (decoded instanceof Promise || decoded.kind !== 'message') continue;
        const { message } = decoded;
        if (message.topic === 'muster.tasks.v1') seeTask(message.value, now);
        else {
          const { kind, workflowId } = message.value as TopicRecords['muster.workflow-events.v1'];
          if (/^RUN_(COMPLETED|COMPENSATED|FAILED|CANCELLED|REFUSED)$/.test(kind)) ended.set(workflowId, kind);
        }
      }
    },
    caughtUp: caughtUp.resolve,
    lost: caughtUp.reject,
  });
  await caughtUp.promise;
  return watch;
}

function answerTo({ taskId, conversation, capability, context }: TaskInput) {
  const id = `answer-${taskId}`;
  const envelope = { id, time: Date.now(), source: 'bench', correlationId: id, causationId: null };
  const value = {
    taskId,
    conversation,
    capability,
    agent: 'bench',
    instance: 'bench-1',
    status: 'COMPLETED' as const,
    output: '{"n":1,"text":"","by":"bench"}',
    finishedAt: Date.now(),
    replyTo: 'coordinator',
    context: context ?? {},
  };
  return { topic: 'muster.task-results.v1' as const, value, envelope };
}
