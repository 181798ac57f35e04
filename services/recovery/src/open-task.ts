import type { FaultKind } from '@muster/resilience';
import type { Task, TaskResult } from '@muster/schemas';

/** What is done about a failure. `wait`: it was not begun, and is asked for again without counting. */
export type Strategy = 'backoff' | 'breaker' | 'other-agent' | 'wait';

/** An attempt that failed, as the history of a task tells it. */
export interface PastAttempt {
  readonly attempt: number;
  readonly agent: string;
  readonly kind: FaultKind;
  readonly type: string;
  readonly message: string;
  /** What was done about it, and why. */
  readonly strategy: Strategy | 'give-up';
  readonly reason: string;
  /** Epoch ms. */
  readonly at: number;
}

/** The next attempt, while it waits. */
export interface Plan {
  readonly strategy: Strategy;
  /** When it is due, epoch ms. */
  readonly dueAt: number;
  /** Agents to be passed over. */
  readonly avoid: readonly string[];
  readonly reason: string;
  /** The failure it is about: who failed, and how. */
  readonly agent: string;
  readonly kind: FaultKind;
  readonly pattern: string;
}

/** A task that has no final word yet. */
export interface OpenTask {
  /** As it was sent last. */
  readonly task: Task;
  /** There while it waits for its next attempt; else it is out, and its result is awaited. */
  readonly plan?: Plan;
  /**
   * It was given up, and that word has not come back from the log yet. Until it has, it is said again: what was decided just before the state was lost may never
   * have been said, and what is decided in a rebuild, maybe otherwise than then, is not heard by anybody.
   */
  readonly givenUp?: { readonly reason: string; readonly saidAt: number };
  /** What the attempt that is out tries to mend: its result is a lesson. */
  readonly lesson?: Pick<Plan, 'agent' | 'kind' | 'pattern' | 'strategy'>;
  readonly sentAt: number;
  /** The task's deadline, moved on by progress. */
  readonly deadline: number;
  /** Attempts that failed and count. */
  readonly tries: number;
  /** Times in a row that it was not begun. */
  readonly waits: number;
  readonly cost: number;
  /** The latest 20. */
  readonly history: readonly PastAttempt[];
}

/** What recovery remembers of a conversation. */
export interface Conversation {
  readonly open: ReadonlyMap<string, OpenTask>;
  /** Tasks that have their final word, for ten minutes: what comes later is ignored with a reason. */
  readonly ended: ReadonlyMap<string, { readonly status: TaskResult['status']; readonly at: number }>;
  /** Results that came before their tasks: topics have no order between them. */
  readonly early: readonly { readonly result: TaskResult; readonly at: number }[];
}

export const emptyConversation: Conversation = { open: new Map(), ended: new Map(), early: [] };

export const limits = {
  open: 200,
  ended: 50,
  early: 20,
  history: 20,
  keepEndedMs: 600_000,
  keepEarlyMs: 60_000,
  /** How long after its deadline a result is waited for. */
  graceMs: 60_000,
  /** How long a final word may take to come back from the log. */
  sayAgainMs: 10_000,
} as const;

export function opened(task: Task, now: number): OpenTask {
  return { task, sentAt: now, deadline: task.deadline, tries: 0, waits: 0, cost: 0, history: [] };
}

export function withTask(conversation: Conversation, id: string, task: OpenTask): Conversation {
  return { ...conversation, open: new Map(conversation.open).set(id, task) };
}

export function withEnd(
  conversation: Conversation,
  id: string,
  status: TaskResult['status'],
  at: number,
): Conversation {
  const open = new Map(conversation.open);
  open.delete(id);
  const ended = new Map(conversation.ended).set(id, { status, at });
  for (const old of ended.keys()) {
    if (ended.size <= limits.ended) break;
    ended.delete(old);
  }
  return { ...conversation, open, ended };
}

export function withHistory({ history }: OpenTask, past: PastAttempt): readonly PastAttempt[] {
  return [...history, past].slice(-limits.history);
}

/** When an open task is to be looked at again. */
export function dueAt({ plan, givenUp, deadline }: OpenTask): number {
  if (givenUp !== undefined) return givenUp.saidAt + limits.sayAgainMs;
  return plan?.dueAt ?? deadline + limits.graceMs;
}

/** Rid of what is over, and the time to look at it again; a conversation without anything is forgotten. */
export function kept(conversation: Conversation, now: number): { state: Conversation | null; wakeAt: number | null } {
  const ended = [...conversation.ended].filter(([, { at }]) => at + limits.keepEndedMs > now);
  const early = conversation.early.filter(({ at }) => at + limits.keepEarlyMs > now);
  const { open } = conversation;
  const times = [
    ...[...open.values()].map(dueAt),
    ...ended.map(([, { at }]) => at + limits.keepEndedMs),
    ...early.map(({ at }) => at + limits.keepEarlyMs),
  ];
  if (times.length === 0) return { state: null, wakeAt: null };
  return { state: { open, ended: new Map(ended), early }, wakeAt: Math.min(...times) };
}
