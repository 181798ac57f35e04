import type { Message } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import type { SeenIds } from '@muster/state';
import type { AgentDefinition, HandlerContext } from './agent.ts';
import type { Outcome } from './outcome.ts';
import type { Progress, Taken } from './progress.ts';

// oxlint-disable-next-line typescript/no-explicit-any
export type AnyContext = HandlerContext<any, any, any>;

/** An outcome of the runtime's own handlers may also start something once it is stored. */
export type RuntimeOutcome = Outcome & { readonly afterCommit?: () => void };

/** A handler as the runtime hosts it. A promise instead of an outcome holds the key's lane, and nothing else. */
export interface Hearer {
  readonly name: string;
  readonly topics: readonly TopicName[];
  readonly horizon: 'all' | number;
  readonly seenIds: number;
  handle(message: Message, context: AnyContext): RuntimeOutcome | Promise<RuntimeOutcome>;
  wake?(context: AnyContext): RuntimeOutcome | Promise<RuntimeOutcome>;
  /**
   * Its wake-ups are about the present and not about the log's time: they wait until everything that was in the log when the partition was
   * taken over is handled.
   */
  readonly isOfPresent?: boolean;
  /** It knows nothing but its arguments, so it may run on another thread. */
  readonly isPure?: boolean;
  /** News from within the process, e.g. that an action finished. */
  notice?(notice: unknown, context: AnyContext): RuntimeOutcome;
}

export function hearersOf(definition: AgentDefinition): Hearer[] {
  return Object.entries(definition.handlers).map(([name, { topics, horizon, seenIds, handle, wake }]) => ({
    name,
    topics,
    horizon,
    // Ids of several topics share the memory of a key.
    seenIds: (seenIds ?? 32) * topics.length,
    isPure: true,
    handle,
    ...(wake === undefined ? {} : { wake }),
  }));
}

export interface MessageWork {
  readonly kind: 'message';
  readonly message: Message;
  readonly taken: Taken;
  readonly progress: Progress;
  /** Handled and published before: this is a rebuild, and the world must not hear it twice. */
  readonly isMuted: boolean;
}

/** What waits in a key's queue. */
export type Queued = MessageWork | { readonly kind: 'notice'; readonly id: string; readonly notice: unknown };

export type Work =
  | Queued
  /** `at`: the time it was due, where messages that are there already come behind it; else the present. */
  | { readonly kind: 'wake'; readonly at: number; readonly isMuted: boolean };

/** What is remembered of a key while its partition is owned. */
export interface KeyEntry {
  state: unknown;
  /** topic -> offset after the last record applied: a record that comes again is known by its place. */
  applied: Record<string, number>;
  /** Ids of the latest messages: a second copy at another place is known by its id. */
  seen: SeenIds;
  wakeAt: number | null;
}

/** One key's queue: its inputs are handled one after the other, side by side with other keys'. */
export interface Lane {
  readonly hearer: Hearer;
  readonly key: string;
  entry: KeyEntry | undefined;
  queue: Queued[];
  /** `held`: waits for a retry, a promise or its state; it is not in the turns. */
  status: 'idle' | 'ready' | 'held';
  attempt: number;
  /** Under way: not necessarily the first of the queue, a due wake goes before it. */
  current: Work | undefined;
  isDirty: boolean;
  /** Its last work took longer than a turn. */
  isSlow: boolean;
  /** How many handlings in a row computed long. */
  slowCalls: number;
  /** The time under which it stands in the wake queue. */
  queuedAt: number | undefined;
  /** The wake time that the store knows. */
  storedWakeAt: number | null;
  /** Records decided here that may come again after a crash. */
  outputs: number;
}

export function newLane(hearer: Hearer, key: string): Lane {
  return {
    hearer,
    key,
    entry: undefined,
    queue: [],
    status: 'idle',
    attempt: 1,
    current: undefined,
    isDirty: false,
    isSlow: false,
    slowCalls: 0,
    queuedAt: undefined,
    storedWakeAt: null,
    outputs: 0,
  };
}

/** What a key is stored under. */
export function nameOf(hearer: Hearer, key: string): string {
  return `${hearer.name}/${key}`;
}
