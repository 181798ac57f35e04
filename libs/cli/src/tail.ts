/** Follows a topic for a person or a program. */
import { partitionOfKey, type Bus, type Decoded, type Following, type LogRecord, type StartAt } from '@muster/bus';
import type { TopicName } from '@muster/schemas';

export interface TailOptions {
  readonly topic: TopicName;
  readonly from: StartAt;
  /** Only the partition to which this key belongs is read, from its beginning whatever `from` says; other keys of it are given, too. */
  readonly key?: string;
  /** Ends the tail. */
  readonly signal: AbortSignal;
  /** Given entries one after the other; waited for. */
  entry(entry: Decoded, record: LogRecord): Promise<void>;
  /** Called once, when what was there at the start was given. */
  caughtUp?(): void | Promise<void>;
}

/** Records that may wait to be given before reading pauses. */
const FULL = 5_000;
/** Entries of the past that are put in order of time before they are given. */
const SORTED = 20_000;

/** Gives what is in the topic in order of time as far as it fits into memory, then what comes. Resolves when it is ended, rejects when it can't go on. */
export async function tailTopic(bus: Bus, { topic, from, key, signal, entry, caughtUp }: TailOptions): Promise<void> {
  const ended = Promise.withResolvers<void>();
  // It may end before anybody waits for it below.
  ended.promise.catch(() => {});
  signal.addEventListener('abort', () => ended.resolve());
  if (signal.aborted) return;
  const bounds = key === undefined ? [] : await bus.log.admin.offsets(topic);
  const place = partitionOfKey(key ?? '', Math.max(1, bounds.length));
  const mine = bounds.find(({ partition }) => partition === place);
  const paused = new Set<number>();
  let past: [Decoded, LogRecord][] | undefined = [];
  let waiting = 0;
  let tail = Promise.resolve();
  let following: Following | undefined;

  const givePast = async () => {
    const entries = (past ?? []).toSorted(([, a], [, b]) => a.timestamp - b.timestamp);
    past = undefined;
    for (const [of, record] of entries) await give(of, record);
  };
  const give = async (of: Decoded, record: LogRecord) => {
    if (!signal.aborted) await entry(of, record);
  };
  const take = async (record: LogRecord) => {
    if (signal.aborted) return;
    const of = await bus.decode(record);
    waiting -= 1;
    if (past === undefined) await give(of, record);
    else if (past.push([of, record]) >= SORTED) await givePast();
    if (waiting > FULL / 2 || paused.size === 0) return;
    following?.resume([...paused].map((partition) => ({ topic, partition })));
    paused.clear();
  };
  const next = (step: () => Promise<void>) => {
    tail = tail.then(step);
    tail.catch(ended.reject);
  };

  let isPast = false;
  const passed = () => {
    if (isPast) return;
    isPast = true;
    next(async () => {
      await givePast();
      await caughtUp?.();
    });
  };

  following = await bus.log.follow({
    topics: [topic],
    from: mine === undefined ? from : { at: 'beginning' },
    records({ partition, records, nextOffset }) {
      if (mine !== undefined && partition !== mine.partition) return;
      waiting += records.length;
      next(async () => {
        for (const record of records) await take(record);
      });
      if (mine !== undefined && nextOffset >= mine.end) passed();
      if (waiting < FULL) return;
      paused.add(partition);
      following?.pause([{ topic, partition }]);
    },
    // With partitions that are not read it may never come.
    caughtUp: passed,
    lost: ended.reject,
  });
  if (mine !== undefined) {
    following.pause(bounds.filter((each) => each !== mine).map(({ partition }) => ({ topic, partition })));
    if (mine.beginning >= mine.end) passed();
  }
  try {
    await ended.promise;
  } finally {
    await following.stop(2_000);
  }
}
