import { classifyFault, messageOf } from '@muster/resilience';
import type { FaultInput } from '@muster/schemas';
import type { Action } from './agent.ts';
import type { Clock } from './clock.ts';
import { deriveId } from './derived-id.ts';
import type { ActionNews, Commission } from './inbox.ts';
import { withFacts, type Logger } from './logs.ts';

/** Runs the actions that the ledger commissions, and tells the ledger how they go. */
export interface ActionRunner {
  start(commission: Commission): void;
  readonly running: number;
  /** Waits for what runs until `deadlineMs` passed, then aborts it. */
  stop(deadlineMs: number): Promise<void>;
}

export interface ActionRunnerOptions {
  readonly actions: Readonly<Record<string, Action>>;
  readonly config: unknown;
  readonly clock: Clock;
  readonly log: Logger;
  readonly concurrency: number;
  /** `false`: the partition is no longer ours, and whoever owns it runs the task again when the lease ends. */
  tell(commission: Commission, id: string, news: ActionNews): boolean;
}

const defaultLeaseMs = 30_000;

export function actionRunner({ actions, config, clock, log, concurrency, tell }: ActionRunnerOptions): ActionRunner {
  const running = new Map<string, { readonly abort: AbortController; readonly ended: Promise<void> }>();
  const waiting: Commission[] = [];
  let isStopping = false;

  const start = (commission: Commission): void => {
    const { task } = commission;
    const id = `${task.taskId}#${task.attempt}`;
    if (isStopping || running.has(id)) return;
    if (running.size >= concurrency) {
      waiting.push(commission);
      return;
    }
    const abort = new AbortController();
    const ended = run(id, commission, abort).finally(() => {
      running.delete(id);
      const next = waiting.shift();
      if (next !== undefined) start(next);
    });
    running.set(id, { abort, ended });
  };

  const run = async (id: string, commission: Commission, abort: AbortController): Promise<void> => {
    const { task, input } = commission;
    const action = actions[task.capability];
    if (action === undefined) return;
    let news = 0;
    const say = (partial: object): void => {
      if (
        !tell(commission, deriveId('action', id, commission.startedAt, (news += 1)), {
          ...partial,
          commission,
        } as ActionNews)
      ) {
        abort.abort(new Error('the partition of the task went to another instance'));
      }
    };
    const isAlive = (): void => {
      say({ kind: 'alive' });
      stopRenewing = clock.after((action.leaseMs ?? defaultLeaseMs) / 3, isAlive);
    };
    let stopRenewing = clock.after((action.leaseMs ?? defaultLeaseMs) / 3, isAlive);
    const tooLate = (deadline: number): (() => void) =>
      clock.after(deadline - clock.now(), () => abort.abort(new Error('the deadline of the task passed')));
    let stopDeadline = tooLate(task.deadline);
    const facts = {
      taskId: task.taskId,
      capability: task.capability,
      attempt: task.attempt,
      correlationId: task.envelope.correlationId,
    };
    log.info(facts, 'action started');
    try {
      const output: unknown = await action.run(input, {
        config,
        signal: abort.signal,
        now: clock.now,
        log: withFacts(log, facts),
        taskId: task.taskId,
        idempotencyKey: task.idempotencyKey,
        attempt: task.attempt,
        deadline: task.deadline,
        changeId: task.changeId,
        progress(done, total, message = '') {
          stopDeadline();
          stopDeadline = tooLate(clock.now() + (task.deadline - commission.startedAt));
          say({ kind: 'progress', done, total, message });
        },
      });
      finish(endOf(action, output));
    } catch (error) {
      const reason: unknown = abort.signal.aborted ? abort.signal.reason : error;
      log.warn({ ...facts, fault: messageOf(reason) }, 'action failed');
      finish({ status: 'FAILED', output: {}, fault: faultOf(reason) });
    } finally {
      stopRenewing();
      stopDeadline();
    }

    function finish(end: End): void {
      // The id follows from the task and its attempt: whichever try ends first, its result is the same message.
      tell(commission, deriveId('finished', id), { kind: 'finished', commission, ...end, finishedAt: clock.now() });
    }
  };

  return {
    start,
    get running() {
      return running.size;
    },
    async stop(deadlineMs) {
      isStopping = true;
      waiting.length = 0;
      const all = Promise.allSettled([...running.values()].map(({ ended }) => ended));
      const cancel = clock.after(deadlineMs, () => {
        for (const { abort } of running.values()) abort.abort(new Error('the agent is stopping'));
      });
      await all;
      cancel();
    },
  };
}

type End = Pick<ActionNews & { kind: 'finished' }, 'status' | 'output' | 'fault'>;

/** What it came to, by its output. */
function endOf(action: Action, output: unknown): End {
  const checked = action.output.safeParse(output);
  if (checked.success) {
    const status = action.isPartial?.(checked.data) === true ? 'PARTIAL' : 'COMPLETED';
    return { status, output: checked.data ?? {}, fault: null };
  }
  const problems = checked.error.issues.map(({ message }) => message).join('; ');
  const message = `the output breaks the schema that the action declares: ${problems}`;
  return { status: 'FAILED', output: {}, fault: { class: 'UNKNOWN', type: 'BadOutput', message } };
}

function faultOf(error: unknown): FaultInput {
  const faultClass = classifyFault(error);
  const { code, name, retryAfterMs }: { code?: unknown; name: string; retryAfterMs?: unknown } =
    error instanceof Error ? error : { name: 'Error' };
  return {
    class: faultClass === 'transient' ? 'TRANSIENT' : faultClass === 'permanent' ? 'PERMANENT' : 'UNKNOWN',
    type: typeof code === 'string' ? code : name,
    message: messageOf(error),
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs: Math.ceil(Math.max(0, retryAfterMs)) } : {}),
  };
}
