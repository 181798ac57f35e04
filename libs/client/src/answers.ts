import type { Bus, LogRecord } from '@muster/bus';
import type { TopicRecords } from '@muster/schemas';
import { callbackRunner } from './callback.ts';
import type { Reader } from './consuming.ts';
import { followTopic } from './follow-topic.ts';
import { persist } from './persisting.ts';
import { seenIds } from './seen-ids.ts';
import { warn } from './warning.ts';

/** What is said in some conversations on a topic: one throw-away reader for all of them, begun with the first. */
export interface Answers {
  /** Listens to a conversation until the returned function is called. */
  hear(conversation: string): () => void;
  /** Resolves when what is published from now on will be heard. */
  open(): Promise<void>;
  close(deadlineMs: number): Promise<void>;
}

type AnswerTopic = 'muster.task-results.v1' | 'muster.task-progress.v1';

/** `failed` is told when no more can be heard; the next `open` begins anew. */
export function answers<T extends AnswerTopic>(
  bus: Bus,
  topic: T,
  heard: (record: TopicRecords[T]) => void,
  failed: (error: unknown) => void,
): Answers {
  const conversations = new Map<string, number>();
  let reading: { readonly reader: Promise<Reader>; readonly stopping: AbortController } | undefined;

  const begin = (): NonNullable<typeof reading> => {
    const stopping = new AbortController();
    const { signal } = stopping;
    const lost = (error: unknown): void => {
      if (reading?.stopping !== stopping) return;
      reading = undefined;
      stopping.abort();
      failed(error);
    };
    const ids = seenIds(2_000);
    const deal = callbackRunner<T>({
      bus,
      callback: heard,
      seen: () => ids,
      backoff: { initialMs: 1, factor: 1, maxMs: 1, maxAttempts: 1 },
      onError: (error) => {
        warn(`an answer could not be handed over: ${String(error)}`);
        return 'skip';
      },
      onInvalid: (reason) => warn(`an answer on ${topic} is passed over: ${reason}`),
      onRemoval: undefined,
      stop: lost,
    });
    // What others talk about costs a look at the key.
    const handle = (record: LogRecord, until: AbortSignal): Promise<boolean> =>
      isHeard(record) ? deal(record, until) : Promise.resolve(true);
    const open = async (): Promise<Reader> => {
      await persist(() => bus.warm({ reads: [topic], writes: [] }), { what: `reading ${topic}`, signal });
      return followTopic(bus.log, { topic, from: { at: 'end' }, handle, signal, failed: lost });
    };
    const reader = open();
    reader.catch(lost);
    return { reader, stopping };
  };
  const isHeard = ({ key }: LogRecord): boolean => key !== null && conversations.has(Buffer.from(key).toString());

  return {
    hear(conversation) {
      conversations.set(conversation, (conversations.get(conversation) ?? 0) + 1);
      return () => {
        const left = (conversations.get(conversation) ?? 1) - 1;
        if (left > 0) conversations.set(conversation, left);
        else conversations.delete(conversation);
      };
    },
    async open() {
      reading ??= begin();
      await reading.reader;
    },
    async close(deadlineMs) {
      const { reader, stopping } = reading ?? {};
      reading = undefined;
      stopping?.abort();
      await reader?.then((it) => it.stop(deadlineMs)).catch(() => {});
    },
  };
}
