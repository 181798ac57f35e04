/** Reads parts of several topics as one stream, in the order in which the log took the records in. */
import type { Bus, Decoded, Following, LogRecord, StartAt } from '@muster/bus';
import type { TopicName } from '@muster/schemas';

/** What is to be read of a topic. */
export interface Stretch {
  readonly topic: TopicName;
  readonly from: StartAt;
  /** Per partition number: the offset before which it ends. */
  readonly ends: ReadonlyMap<number, number>;
}

export interface Reading {
  readonly stretches: readonly Stretch[];
  readonly signal: AbortSignal;
  /** By timestamp, then topic, then partition; each partition in the order of its offsets. Waited for. */
  take(decoded: Decoded, record: LogRecord): void | Promise<void>;
  /** Called now and then. */
  progress?(records: number): void;
}

export interface ReadCounts {
  readonly records: number;
  /** Topics of which compaction has removed records in between. */
  readonly withHoles: ReadonlySet<string>;
}

/** Records of one partition that may wait. Reading pauses above, and goes on below a half. */
const FULL = 2_000;
const STILL_MS = 2_000;

interface Queue {
  readonly topic: TopicName;
  readonly partition: number;
  readonly end: number;
  waiting: LogRecord[];
  /** Of the first that waits. */
  head: number;
  nextOffset: number;
  isWhole: boolean;
  isPaused: boolean;
  source: Following | undefined;
}

/** Resolves when all is read, or the signal says that it is enough. Memory: some thousand records of each partition. */
export async function readInOrder(bus: Bus, { stretches, signal, take, progress }: Reading): Promise<ReadCounts> {
  const queues = stretches.toSorted((a, b) => (a.topic < b.topic ? -1 : 1)).flatMap(queuesOf);
  const queueOf = new Map(queues.map((queue) => [`${queue.topic}/${queue.partition}`, queue]));
  const withHoles = new Set<string>();
  const sources: Following[] = [];
  let records = 0;
  let failure: unknown;
  let wakeUp = Promise.withResolvers<void>();
  const arrived = (): void => wakeUp.resolve();
  signal.addEventListener('abort', arrived);

  const open = async (topics: readonly TopicName[], from: StartAt): Promise<void> => {
    const mine = queues.filter(({ topic }) => topics.includes(topic));
    const source = await bus.log.follow({
      topics,
      from,
      records({ topic, partition, records: batch, nextOffset }) {
        const queue = queueOf.get(`${topic}/${partition}`);
        if (queue === undefined || queue.isWhole) return;
        for (const record of batch) {
          if (record.offset >= queue.end) break;
          if (queue.nextOffset >= 0 && record.offset > queue.nextOffset) withHoles.add(topic);
          queue.nextOffset = record.offset + 1;
          queue.waiting.push(record);
        }
        if (nextOffset >= queue.end) queue.isWhole = true;
        pauseIfFull(queue);
        arrived();
      },
      caughtUp() {
        for (const queue of mine) queue.isWhole = true;
        arrived();
      },
      lost(fault) {
        failure = fault;
        arrived();
      },
    });
    for (const queue of mine) {
      queue.source = source;
      pauseIfFull(queue);
    }
    sources.push(source);
  };

  /** What ends a partition may never be delivered (a transaction's marker). Then only the end of all tells, so none may be held back. */
  const resumeWhole = (): void => {
    for (const queue of queues) {
      if (!queue.isWhole || !queue.isPaused) continue;
      queue.isPaused = false;
      queue.source?.resume([queue]);
    }
  };

  try {
    const groups = Map.groupBy(
      stretches.filter(({ topic }) => queues.some((queue) => queue.topic === topic && !queue.isWhole)),
      ({ from }) => JSON.stringify(from),
    );
    await Promise.all(
      [...groups.values()].map((group) =>
        open(
          group.map(({ topic }) => topic),
          group[0]!.from,
        ),
      ),
    );
    while (!signal.aborted) {
      if (failure !== undefined) throw failure;
      const next = nextOf(queues);
      if (next === 'done') break;
      if (next === 'wait') {
        const isStill = setTimeout(resumeWhole, STILL_MS);
        await wakeUp.promise;
        clearTimeout(isStill);
        wakeUp = Promise.withResolvers();
        continue;
      }
      const record = shift(next);
      records += 1;
      const decoded = bus.decode(record);
      const taken = take(decoded instanceof Promise ? await decoded : decoded, record);
      if (taken !== undefined) await taken;
      // What arrives and who interrupts get their turn.
      if (records % 500 === 0) {
        progress?.(records);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  } finally {
    signal.removeEventListener('abort', arrived);
    await Promise.all(sources.map((source) => source.stop(2_000)));
  }
  return { records, withHoles };
}

function queuesOf({ topic, ends }: Stretch): Queue[] {
  return [...ends].map(([partition, end]) => ({
    topic,
    partition,
    end,
    waiting: [],
    head: 0,
    nextOffset: -1,
    isWhole: end <= 0,
    isPaused: false,
    source: undefined,
  }));
}

/** The partition whose first record is the oldest; that can only be told when none that has more to come is empty. */
function nextOf(queues: readonly Queue[]): Queue | 'wait' | 'done' {
  let first: Queue | undefined;
  let firstAt = Infinity;
  for (const queue of queues) {
    const record = queue.waiting[queue.head];
    if (record === undefined) {
      if (!queue.isWhole) return 'wait';
    } else if (record.timestamp < firstAt) [first, firstAt] = [queue, record.timestamp];
  }
  return first ?? 'done';
}

function shift(queue: Queue): LogRecord {
  const record = queue.waiting[queue.head]!;
  queue.head += 1;
  if (queue.head < FULL / 2 && queue.head < queue.waiting.length) return record;
  queue.waiting = queue.waiting.slice(queue.head);
  queue.head = 0;
  if (queue.isPaused && queue.waiting.length < FULL / 2) {
    queue.isPaused = false;
    queue.source?.resume([queue]);
  }
  return record;
}

function pauseIfFull(queue: Queue): void {
  const isEnough = queue.isWhole || queue.waiting.length - queue.head >= FULL;
  if (!isEnough || queue.isPaused || queue.source === undefined) return;
  queue.isPaused = true;
  queue.source.pause([queue]);
}
