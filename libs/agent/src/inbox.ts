/**
 * The built-in handler behind every action: reads the agent's inbox and keeps the ledger of its tasks. A task is TAKEN with a lease, which
 * moves the offset on, so a long action holds nobody up; when a lease ends without a result, the task is run again with the same idempotency
 * key; the first result is the one that counts. The ledger follows from the inbox and from the agent's own results, so it can be rebuilt.
 */
import type { Message } from '@muster/bus';
import type { FaultInput, Flag, Task, TaskProgressInput, TaskResultInput } from '@muster/schemas';
import { inboxOf, type Action, type HandlerContext } from './agent.ts';
import type { Hearer, RuntimeOutcome } from './lane.ts';
import { expired, failure, parseInput, refuse, stoppedBy, type Decisions, type Refusal } from './refusal.ts';

/** A task that an action is to be run for. */
export interface Commission {
  readonly partition: number;
  /** The conversation: the key of the ledger. */
  readonly key: string;
  readonly task: Task;
  readonly input: unknown;
  readonly startedAt: number;
}

/** News of a running action. */
export type ActionNews =
  | { readonly kind: 'alive'; readonly commission: Commission }
  | {
      readonly kind: 'progress';
      readonly commission: Commission;
      readonly done: number;
      readonly total: number | null;
      readonly message: string;
    }
  | {
      readonly kind: 'finished';
      readonly commission: Commission;
      readonly status: 'COMPLETED' | 'PARTIAL' | 'FAILED';
      readonly output: unknown;
      readonly fault: FaultInput | null;
      readonly finishedAt: number;
    };

interface Entry {
  readonly status: 'TAKEN' | 'DONE';
  readonly partition: number;
  /** Kept while it is TAKEN. */
  readonly task?: Task;
  readonly startedAt: number;
  readonly deadline: number;
  readonly leaseUntil: number;
  readonly tries: number;
}

/** taskId and attempt -> entry. */
type Ledger = ReadonlyMap<string, Entry>;
type Context = HandlerContext<Ledger, unknown, Record<string, never>>;

const mostTries = 5;
const keepDoneMs = 24 * 3_600_000;
const mostDone = 200;
const defaultLeaseMs = 30_000;

export interface InboxOptions {
  readonly agent: string;
  readonly instance: string;
  readonly actions: Readonly<Record<string, Action>>;
  /** As they stand. */
  flags(): Iterable<Flag>;
  /** As they stand. */
  readonly decisionOn: Decisions;
  start(commission: Commission): void;
}

export function inboxHearer({ agent, instance, actions, flags, decisionOn, start }: InboxOptions): Hearer {
  const leaseOf = (capability: string): number => actions[capability]?.leaseMs ?? defaultLeaseMs;

  const take = (
    { value: task, partition }: { readonly value: Task; readonly partition: number },
    { state, now, key }: Context,
  ): RuntimeOutcome => {
    const ledger: Ledger = state ?? new Map();
    const id = entryId(task);
    if (ledger.has(id)) return { kind: 'ignored', reason: 'this attempt of the task was taken before' };
    const base = { partition, startedAt: now, deadline: task.deadline, tries: 1 };
    const refusal =
      task.deadline <= now
        ? expired(task, now)
        : (refuse(actions, task, decisionOn, now) ?? stoppedBy(flags(), actions, task, now));
    if (refusal !== undefined) {
      return {
        kind: 'handled',
        ...kept(ledger, id, { ...base, status: 'DONE', leaseUntil: now }, now),
        publish: [resultOf({ agent, instance, task, startedAt: null, finishedAt: now, ...refusal })],
      };
    }
    const entry: Entry = { ...base, status: 'TAKEN', task, leaseUntil: now + leaseOf(task.capability) };
    const input = parseInput(actions[task.capability], task);
    return {
      kind: 'handled',
      ...kept(ledger, id, entry, now),
      afterCommit: () => start({ partition, key, task, input: input.value, startedAt: now }),
    };
  };

  return {
    name: 'inbox',
    topics: [inboxOf(agent), 'muster.task-results.v1'],
    horizon: keepDoneMs,
    seenIds: 64,
    // Who holds a lease is alive or not, and the log does not know which: an owner that takes over counts from the present.
    isOfPresent: true,

    handle(message, context) {
      if (message.topic !== 'muster.task-results.v1')
        return take(message as Message<`muster.inbox.${string}.v1`>, context as Context);
      const { value } = message;
      if (value.agent !== agent) return { kind: 'ignored', reason: "another agent's result" };
      const ledger: Ledger = (context as Context).state ?? new Map();
      const id = `${value.taskId}#${value.attempt}`;
      if (ledger.get(id)?.status === 'DONE') return { kind: 'ignored', reason: 'known' };
      const known: Entry = {
        status: 'DONE',
        partition: message.partition,
        startedAt: value.startedAt ?? context.now,
        deadline: 0,
        leaseUntil: context.now,
        tries: 1,
      };
      return { kind: 'handled', ...kept(ledger, id, known, context.now) };
    },

    /** Leases that ended, deadlines that passed. */
    wake({ state, now, key }: Context) {
      let next = { state: state ?? new Map() } as { state: Ledger; wakeAt: number | null };
      next = { ...next, wakeAt: nextWake(next.state) };
      const publish: ReturnType<typeof resultOf>[] = [];
      const starts: (() => void)[] = [];
      for (const [id, entry] of next.state) {
        const { task } = entry;
        if (entry.status !== 'TAKEN' || task === undefined || entry.leaseUntil > now) continue;
        const isTooLate = entry.deadline <= now;
        if (isTooLate || entry.tries >= mostTries) {
          const why = isTooLate
            ? expired(task, now)
            : failure('UNKNOWN', 'LeaseLost', `the action was lost ${entry.tries} times without a result`);
          publish.push(resultOf({ agent, instance, task, startedAt: entry.startedAt, finishedAt: now, ...why }));
          next = kept(next.state, id, done(entry, now), now);
          continue;
        }
        const stopped = stoppedBy(flags(), actions, task, now);
        if (stopped !== undefined) {
          publish.push(resultOf({ agent, instance, task, startedAt: entry.startedAt, finishedAt: now, ...stopped }));
          next = kept(next.state, id, done(entry, now), now);
          continue;
        }
        const { value: input } = parseInput(actions[task.capability], task);
        next = kept(
          next.state,
          id,
          { ...entry, tries: entry.tries + 1, leaseUntil: now + leaseOf(task.capability) },
          now,
        );
        starts.push(() => start({ partition: entry.partition, key, task, input, startedAt: entry.startedAt }));
      }
      return {
        kind: 'handled',
        ...next,
        publish,
        ...(starts.length === 0 ? {} : { afterCommit: () => starts.forEach((each) => each()) }),
      };
    },

    notice(notice, { state, now }: Context) {
      const news = notice as ActionNews;
      const { task, startedAt } = news.commission;
      const ledger: Ledger = state ?? new Map();
      const id = entryId(task);
      const entry = ledger.get(id);
      if (entry === undefined || entry.status === 'DONE')
        return { kind: 'ignored', reason: 'the task has its result already' };
      if (news.kind === 'finished') {
        const { status, output, fault, finishedAt } = news;
        const result = { status, output: JSON.stringify(output ?? {}), fault };
        return {
          kind: 'handled',
          ...kept(ledger, id, done(entry, now), now),
          publish: [resultOf({ agent, instance, task, startedAt, finishedAt, ...result })],
        };
      }
      const leaseUntil = now + leaseOf(task.capability);
      if (news.kind === 'alive') return { kind: 'handled', ...kept(ledger, id, { ...entry, leaseUntil }, now) };
      // Progress renews the deadline: as much time again as there was at the start.
      const deadline = Math.max(entry.deadline, now + (task.deadline - startedAt));
      return {
        kind: 'handled',
        ...kept(ledger, id, { ...entry, leaseUntil, deadline }, now),
        publish: [progressOf(news, { agent, instance })],
      };
    },
  };
}

function entryId({ taskId, attempt }: Task): string {
  return `${taskId}#${attempt}`;
}

function done({ partition, startedAt, deadline, tries }: Entry, now: number): Entry {
  return { status: 'DONE', partition, startedAt, deadline, tries, leaseUntil: now };
}

/** The ledger with one entry changed, rid of what is long done, and the time to look at it again. */
function kept(ledger: Ledger, id: string, entry: Entry, now: number): { state: Ledger; wakeAt: number | null } {
  const state = new Map(ledger).set(id, entry);
  const done = [...state]
    .filter(([, { status }]) => status === 'DONE')
    .sort(([, a], [, b]) => a.leaseUntil - b.leaseUntil);
  const tooMany = Math.max(0, done.length - mostDone);
  for (const [index, [old, { leaseUntil }]] of done.entries()) {
    if (index < tooMany || leaseUntil + keepDoneMs < now) state.delete(old);
  }
  return { state, wakeAt: nextWake(state) };
}

function nextWake(ledger: Ledger): number | null {
  let at: number | null = null;
  for (const { status, leaseUntil } of ledger.values())
    if (status === 'TAKEN' && (at === null || leaseUntil < at)) at = leaseUntil;
  return at;
}

interface ResultFacts extends Refusal {
  readonly agent: string;
  readonly instance: string;
  readonly task: Task;
  readonly startedAt: number | null;
  readonly finishedAt: number;
}

function resultOf({ task, ...facts }: ResultFacts) {
  const { taskId, conversation, capability, attempt, replyTo, context } = task;
  const value: TaskResultInput = { ...facts, taskId, conversation, capability, attempt, replyTo, context };
  return {
    topic: 'muster.task-results.v1' as const,
    value,
    correlationId: task.envelope.correlationId,
    causationId: task.envelope.id,
  };
}

function progressOf(
  { commission: { task }, done, total, message }: ActionNews & { kind: 'progress' },
  who: { agent: string; instance: string },
) {
  const { taskId, conversation, capability, attempt } = task;
  const value: TaskProgressInput = { taskId, conversation, capability, attempt, done, total, message, ...who };
  return {
    topic: 'muster.task-progress.v1' as const,
    value,
    correlationId: task.envelope.correlationId,
    causationId: task.envelope.id,
  };
}
