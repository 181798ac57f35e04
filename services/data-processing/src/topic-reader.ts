/** Messages of a topic by offsets, partition by partition, without a consumer group of its own to remember anything. */
import type { Following, Log, LogRecord, StartAt } from '@muster/bus';
import { interruption } from './refusal.ts';
import type { TopicPart } from './run-state.ts';

export interface TopicReader {
  /** The next messages of a part from an offset on: about so many bytes, all of the part at the most. Parts are read in their order. */
  take(part: number, offset: number, bytes: number): Promise<LogRecord[]>;
  close(): Promise<void>;
}

interface Queue {
  readonly part: TopicPart;
  records: LogRecord[];
  bytes: number;
  /** All below has been delivered. */
  reached: number;
  isPaused: boolean;
}

const silentMs = 60_000;

/** Throws TransientError when the log is away, or says nothing for a minute. */
export function topicReader(
  log: Log,
  parts: readonly TopicPart[],
  {
    start,
    bufferBytes,
    signal,
  }: { readonly start: StartAt; readonly bufferBytes: number; readonly signal: AbortSignal },
): TopicReader {
  const queues = parts.map((part): Queue => ({ part, records: [], bytes: 0, reached: part.from, isPaused: false }));
  const topic = parts[0]?.topic ?? '';
  let current = 0;
  let following: Promise<Following> | undefined;
  let news = newsToCome();
  const stop = (error: Error): void => news.reject(error);
  const turn = (queue: Queue, isPaused: boolean): void => {
    if (queue.isPaused === isPaused) return;
    queue.isPaused = isPaused;
    const at = [{ topic, partition: queue.part.partition }];
    void following?.then((it) => (isPaused ? it.pause(at) : it.resume(at))).catch(() => undefined);
  };
  const open = (): Promise<Following> =>
    log.follow({
      topics: [topic],
      from: start,
      records({ partition, records, nextOffset }) {
        const index = queues.findIndex(({ part }) => part.partition === partition);
        const queue = queues[index];
        if (queue === undefined) return void following?.then((it) => it.pause([{ topic, partition }]));
        for (const record of records)
          if (index >= current && record.offset >= queue.reached && record.offset < queue.part.to) {
            queue.records.push(record);
            queue.bytes += sizeOf(record);
          }
        queue.reached = Math.max(queue.reached, nextOffset);
        // Whose turn is later, or over, or who is ahead of the batches, waits.
        turn(queue, index !== current || queue.reached >= queue.part.to || queue.bytes >= bufferBytes);
        news.resolve();
        news = newsToCome();
      },
      lost: stop,
    });
  signal.addEventListener('abort', () => stop(signal.reason as Error), { once: true });

  return {
    async take(index, offset, bytes) {
      signal.throwIfAborted();
      current = index;
      for (const before of queues.slice(0, index)) [before.records, before.bytes] = [[], 0];
      const queue = queues[index];
      if (queue === undefined) return [];
      const passed = queue.records.findIndex((record) => record.offset >= offset);
      queue.records = passed < 0 ? [] : queue.records.slice(passed);
      queue.reached = Math.max(queue.reached, queue.records[0]?.offset ?? offset);
      queue.bytes = queue.records.reduce((sum, record) => sum + sizeOf(record), 0);
      following ??= open();
      await following;
      while (queue.bytes < bytes && queue.reached < queue.part.to) {
        turn(queue, false);
        await within(news.promise, topic);
      }
      let size = 0;
      let count = 0;
      while (count < queue.records.length && size < bytes) {
        size += sizeOf(queue.records[count]!);
        count += 1;
      }
      queue.bytes -= size;
      return queue.records.splice(0, count);
    },
    async close() {
      const opened = await following?.catch(() => undefined);
      await opened?.stop(5_000).catch(() => undefined);
    },
  };
}

/** Nobody may be waiting for it when it fails. */
function newsToCome(): PromiseWithResolvers<void> {
  const news = Promise.withResolvers<void>();
  news.promise.catch(() => undefined);
  return news;
}

const sizeOf = ({ value }: LogRecord): number => 100 + (value?.length ?? 0);

async function within(news: Promise<void>, topic: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          interruption('TopicSilent', `no message of ${topic} came for ${silentMs / 1_000} s, and some must be there`),
        ),
      silentMs,
    );
  });
  try {
    await Promise.race([news, silent]);
  } finally {
    clearTimeout(timer);
  }
}
