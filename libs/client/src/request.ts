import { randomUUID, randomUUIDv7 } from 'node:crypto';
import type { Bus, Outgoing } from '@muster/bus';
import type { Priority, TaskInput, TaskProgress, TaskResult } from '@muster/schemas';
import { answers } from './answers.ts';
import type { Answers } from './answers.ts';
import { outgoingOf } from './outgoing.ts';
import { RequestError } from './request-error.ts';

export interface RequestOptions {
  /** Which versions of the capability will do, e.g. `^1.2.0`. Default: any. */
  readonly version?: string;
  /** How long to wait; the task's deadline lies as far ahead. With `onProgress`, progress renews both. Default 30 s. */
  readonly timeoutMs?: number;
  readonly priority?: Priority;
  /** Keeps the messages of one piece of work in order. Default: each request is one of its own. */
  readonly conversation?: string;
  /** Scopes the task carries, as vouched for by whoever lets it in. */
  readonly scopes?: readonly string[];
  /** What it acts on; flags and budgets look at it. */
  readonly target?: string;
  /** The approved change on whose authority it acts. */
  readonly changeId?: string;
  /** Why it is asked for, for people. */
  readonly reason?: string;
  /** The same over repeated requests: what is reached outside does the work once. Default: each request is new work. */
  readonly idempotencyKey?: string;
  readonly correlationId?: string;
  /**
   * `'mesh'` (the default): a failed attempt is not the end; whoever cares for retries says COMPLETED or ABANDONED in the end, and if nobody does, the
   * last fault comes at the deadline. `'none'`: one attempt, and its failure is the end.
   */
  readonly retries?: 'mesh' | 'none';
  /** Gives up waiting, with the signal's reason. The task itself goes on. */
  readonly signal?: AbortSignal;
  onProgress?(progress: TaskProgress): void;
}

export interface Requester {
  request(capability: string, input: unknown, options?: RequestOptions): Promise<unknown>;
  close(deadlineMs: number): Promise<void>;
}

interface Waiting {
  heard(result: TaskResult): void;
  moved(progress: TaskProgress): void;
  failed(error: unknown): void;
}

const defaultTimeoutMs = 30_000;

/** Asks for capabilities, and waits for what comes of it. `send` resolves when the message is stored. */
export function requester(bus: Bus, source: string, send: (message: Outgoing) => Promise<void>): Requester {
  const id = `${source}-${randomUUID().slice(0, 8)}`;
  const waiting = new Map<string, Waiting>();
  const failed = (error: unknown): void => {
    for (const each of waiting.values()) each.failed(error);
  };
  const results = answers(bus, 'muster.task-results.v1', (result) => waiting.get(result.taskId)?.heard(result), failed);
  const progress = answers(bus, 'muster.task-progress.v1', (news) => waiting.get(news.taskId)?.moved(news), failed);

  const request = async (capability: string, input: unknown, options: RequestOptions = {}): Promise<unknown> => {
    const { timeoutMs = defaultTimeoutMs, conversation = randomUUIDv7(), signal, onProgress } = options;
    if (!(timeoutMs > 0)) throw new Error(`"timeoutMs" is ${timeoutMs}: give how long to wait, e.g. 30000.`);
    signal?.throwIfAborted();
    const heard: readonly Pick<Answers, 'hear' | 'open'>[] = onProgress === undefined ? [results] : [results, progress];
    const taskId = randomUUIDv7();
    const message = taskMessage(capability, input, { ...options, taskId, conversation, timeoutMs, source, id });
    const forget = heard.map((each) => each.hear(conversation));
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    let last: TaskResult | undefined;
    const late = (): void =>
      reject(new RequestError(last === undefined ? 'timeout' : 'failed', capability, last, timeoutMs));
    const timer = setTimeout(late, timeoutMs);
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    waiting.set(taskId, {
      heard(result) {
        if (result.status === 'FAILED' && options.retries !== 'none') last = result;
        else conclude(result, capability, resolve, reject);
      },
      moved(news) {
        timer.refresh();
        onProgress?.(news);
      },
      failed: reject,
    });
    const ask = async (): Promise<void> => {
      await Promise.all(heard.map((each) => each.open()));
      await send(message());
    };
    ask().catch(reject);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      waiting.delete(taskId);
      for (const each of forget) each();
    }
  };

  return {
    request,
    async close(deadlineMs) {
      failed(new Error('The client was closed before the answer came.'));
      await Promise.all([results.close(deadlineMs), progress.close(deadlineMs)]);
    },
  };
}

function conclude(
  result: TaskResult,
  capability: string,
  resolve: (output: unknown) => void,
  reject: (error: unknown) => void,
): void {
  switch (result.status) {
    case 'COMPLETED':
      try {
        return resolve(JSON.parse(result.output));
      } catch {
        return reject(new Error(`${result.agent} answered ${capability} with what is not JSON.`));
      }
    case 'PARTIAL':
      return reject(new RequestError('partial', capability, result));
    case 'ABANDONED':
      return reject(new RequestError('abandoned', capability, result));
    case 'UNROUTABLE':
      return reject(new RequestError('unroutable', capability, result));
    case 'EXPIRED':
      return reject(new RequestError('expired', capability, result));
    case 'FAILED':
    case 'UNKNOWN':
      return reject(new RequestError('failed', capability, result));
  }
}

interface TaskFacts extends RequestOptions {
  readonly taskId: string;
  readonly conversation: string;
  readonly timeoutMs: number;
  readonly source: string;
  readonly id: string;
}

/** The message is made when it leaves, so that its deadline is counted from then. Throws at once on an input that can't be sent. */
function taskMessage(capability: string, input: unknown, facts: TaskFacts): () => Outgoing {
  const text = JSON.stringify(input ?? {}) as string | undefined;
  if (text === undefined) throw new Error(`The input of ${capability} can't be written as JSON: give a plain value.`);
  const { taskId, conversation, timeoutMs, source, id, retries, correlationId } = facts;
  return () => {
    const expiresAt = Date.now() + timeoutMs;
    const task: TaskInput = {
      taskId,
      conversation,
      capability,
      input: text,
      deadline: expiresAt,
      replyTo: id,
      capabilityVersion: facts.version ?? '*',
      idempotencyKey: facts.idempotencyKey ?? taskId,
      priority: facts.priority ?? 'NORMAL',
      target: facts.target ?? null,
      changeId: facts.changeId ?? null,
      scopes: facts.scopes ?? [],
      reason: facts.reason ?? '',
      budget: retries === 'none' ? { maxCost: null, maxAttempts: 1 } : null,
    };
    const [message] = outgoingOf('muster.tasks.v1', task, { source, ...(correlationId && { correlationId }) });
    return { ...message, expiresAt } as Outgoing;
  };
}
