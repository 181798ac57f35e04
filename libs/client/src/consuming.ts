import type { Bus, LogRecord, Message, StartAt } from '@muster/bus';
import { messageOf } from '@muster/resilience';
import type { Backoff } from '@muster/resilience';
import { topicFor } from '@muster/schemas';
import type { TopicName, TopicRecords } from '@muster/schemas';
import { callbackRunner } from './callback.ts';
import { followTopic } from './follow-topic.ts';
import { persist } from './persisting.ts';
import { readInGroup } from './read-in-group.ts';
import { seenIds } from './seen-ids.ts';
import type { SeenIds } from './seen-ids.ts';
import { warn } from './warning.ts';

/** A key of a compacted topic that was taken away (a tombstone), e.g. a block that was lifted. */
export interface Removal {
  readonly topic: TopicName;
  readonly key: string;
  /** When the log took it in, epoch ms. */
  readonly timestamp: number;
}

/** What is to happen with a message whose callback failed every attempt. */
export type Verdict = 'retry' | 'skip' | 'stop';

/** Where to begin: the first message there is, the next one to come, or the first at or after a time (epoch ms or Date). */
export type From = 'beginning' | 'end' | number | Date;

export interface ConsumeOptions<T extends TopicName> {
  /**
   * Consumers with the same group share the messages: each goes to one of them, at least once, and what was handled stays handled over
   * restarts. In Kafka the group is called `<group>.<topic>`. Without a group every consumer gets every message.
   */
  readonly group?: string;
  /** Default `'end'`. With a group it counts only where the group has no place yet. */
  readonly from?: From;
  /** Waits between the attempts of a failing callback; `maxAttempts` is when `onError` is asked. Default: 5 attempts, 200 ms to 30 s. */
  readonly retry?: Partial<Backoff>;
  /**
   * Asked when the callback failed `retry.maxAttempts` times, and again after each further attempt. `retry` goes on every `retry.maxMs` (the
   * default, with a warning: nothing is passed over; its partition waits, the others go on), `skip` passes the message over, `stop` ends
   * the consumer before it.
   */
  onError?(error: unknown, message: Message<T> | Removal, attempts: number): Verdict;
  /** Told of what can't be read as a message of the topic, which is then passed over. Default: a warning. */
  onInvalid?(reason: string, record: LogRecord): void;
  /** Called for a key that was removed from a compacted topic; retried like the callback. Default: removals are passed over. */
  onRemoval?(key: string, removal: Removal): unknown;
}

export interface Consumption {
  /** Finishes the callbacks that run (at most for `deadlineMs`, default 10 s), keeps the place, leaves. Never rejects. */
  stop(deadlineMs?: number): Promise<void>;
  /**
   * Resolves after `stop()`. Rejects when the consumer ended by itself: `onError` said `stop`, or the broker refuses it for good. Such an
   * end is never silent: where nobody listens to this promise, Node ends the process.
   */
  readonly ended: Promise<void>;
}

export type Callback<T extends TopicName> = (record: TopicRecords[T], message: Message<T>) => unknown;

/** A reader of one topic, with or without a group. */
export interface Reader {
  /** Called after the signal of its options was aborted. */
  stop(deadlineMs: number): Promise<void>;
}

export interface ReaderOptions {
  readonly topic: TopicName;
  readonly from: StartAt;
  handle(record: LogRecord, signal: AbortSignal): Promise<boolean>;
  /** Aborted when no more is wanted. */
  readonly signal: AbortSignal;
  /** The reader is at its end and can't be repaired. */
  failed(error: unknown): void;
}

/** Ids remembered per partition; more than what can be handled between two commits. */
const REMEMBERED_IDS = 2_000;
const IMPATIENT_AFTER_MS = 10_000;
const DEFAULT_RETRY: Backoff = { initialMs: 200, factor: 2, maxMs: 30_000, maxAttempts: 5 };

/**
 * Begins to read a topic for a callback. `ready` resolves when its place in the log is settled, so that what is published afterwards is
 * read; while the broker or the registry is away it waits. Throws a sentence on an unknown topic or a group name that isn't allowed.
 */
export function consume<T extends TopicName>(
  bus: Bus,
  topic: T,
  options: ConsumeOptions<T>,
  callback: Callback<T>,
): Consumption & { readonly ready: Promise<void> } {
  topicFor(topic);
  const group = options.group === undefined ? undefined : groupName(options.group, topic);
  const from = startAt(options.from ?? 'end');
  const stopping = new AbortController();
  const { signal } = stopping;
  const ended = Promise.withResolvers<void>();
  const failed = (error: unknown) => {
    if (signal.aborted) return;
    ended.reject(error);
    void stop();
  };
  const memories = new Map<number, SeenIds>();
  const seen = ({ partition }: LogRecord): SeenIds => {
    const memory = memories.get(partition) ?? seenIds(REMEMBERED_IDS);
    memories.set(partition, memory);
    return memory;
  };
  const handle = callbackRunner<T>({
    bus,
    callback,
    seen,
    backoff: { ...DEFAULT_RETRY, ...options.retry },
    onError: options.onError ?? retryForGood,
    onInvalid: options.onInvalid ?? passOver,
    onRemoval: options.onRemoval,
    stop: failed,
  });
  const open = async (): Promise<Reader> => {
    await persist(() => bus.warm({ reads: [topic], writes: [] }), { what: `reading ${topic}`, signal });
    const reading = { topic, from, handle, signal, failed };
    return group === undefined ? followTopic(bus.log, reading) : readInGroup(bus.log, { ...reading, group });
  };
  const reader = open();
  const impatience = setTimeout(
    () => warn(`reading ${topic} has not begun: the broker or the registry does not answer`),
    IMPATIENT_AFTER_MS,
  );
  let stopped: Promise<void> | undefined;
  const stop = (deadlineMs = 10_000): Promise<void> => {
    stopping.abort();
    stopped ??= reader.then((it) => it.stop(deadlineMs)).then(ended.resolve, ended.resolve);
    return stopped;
  };
  const isReady = async () => {
    try {
      await reader;
    } catch (error) {
      void stop();
      throw error;
    } finally {
      clearTimeout(impatience);
    }
  };
  return { stop, ended: ended.promise, ready: isReady() };
}

function passOver(reason: string, { topic, partition, offset }: LogRecord): void {
  warn(`${topic}, partition ${partition}, offset ${offset} is passed over: ${reason}`);
}

function retryForGood(error: unknown, message: Message | Removal, attempts: number): Verdict {
  warn(
    `the callback for ${message.topic}, key ${message.key}, has failed ${attempts} times and is tried again: ${messageOf(error)}`,
  );
  return 'retry';
}

function groupName(group: string, topic: TopicName): string {
  if (!/^[\w.-]{1,120}$/.test(group))
    throw new Error(
      `The group "${group}" can't be used: take letters, digits, dots, hyphens and underscores, 120 at the most.`,
    );
  if (group.startsWith('muster.'))
    throw new Error(
      `The group ${group} can't be used: names that begin with "muster." belong to the mesh's agents, whose messages it would take.`,
    );
  return `${group}.${topic}`;
}

function startAt(from: From): StartAt {
  if (from === 'beginning' || from === 'end') return { at: from };
  const time = Number(from);
  if (!Number.isFinite(time)) throw new Error(`"from" is neither 'beginning', 'end', nor a time: ${String(from)}.`);
  return { at: 'time', time };
}
