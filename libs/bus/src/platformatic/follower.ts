/** Reads whole topics: every partition from its leader, without a group. */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../kafka/nap.ts';
import type { Settling } from '../kafka/log-shell.ts';
import { nameOf, startPositions } from '../kafka/start-offsets.ts';
import type { StartPosition } from '../kafka/start-offsets.ts';
import { LogUnavailableError } from '../log.ts';
import type { FollowOptions, TopicPartition } from '../log.ts';
import { isOutage, reasonOf, toLogError } from './faults.ts';
import { fetcherOf } from './fetcher.ts';
import type { ReadingContext } from './fetcher.ts';
import { offsetLookUp } from './offset-look-up.ts';

const MAX_BYTES_PER_PARTITION = 256 * 1024;
const MAX_BACKOFF_MS = 2_000;

export function follow(
  context: ReadingContext,
  { topics: named, from, records, caughtUp, lost }: FollowOptions,
): Settling {
  const { cluster, connection } = context;
  const topics = [...new Set(named)];
  const stopped = new AbortController();
  /** What was in the log at the start and has not come yet: the offset each partition has to reach. */
  let behind: Map<string, StartPosition> | undefined;

  const fail = (fault: Error) => {
    if (stopped.signal.aborted) return;
    stop();
    lost(fault);
  };
  const stop = () => {
    stopped.abort();
    fetcher.stop();
  };
  const look = (partition: TopicPartition) => {
    const position = behind?.get(nameOf(partition));
    if (!behind || !position || (fetcher.nextOffset(partition) ?? 0) < position.end) return;
    behind.delete(nameOf(partition));
    finishCatchingUp();
  };
  const finishCatchingUp = () => {
    if (behind?.size !== 0 || stopped.signal.aborted) return;
    behind = undefined;
    caughtUp?.();
  };
  const fetcher = fetcherOf(context, {
    maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    records(batch) {
      try {
        records(batch);
      } catch (error) {
        fail(error as Error);
      }
    },
    read: look,
    failed: fail,
  });

  const settle = async () => {
    for (let failures = 0; ; failures++) {
      try {
        const found = await cluster.topics(topics);
        if (found.length < topics.length) throw new LogUnavailableError('a topic is not known to every broker yet');
        const partitions = found.flatMap(({ topic, leaders }) => leaders.map((_, partition) => ({ topic, partition })));
        const starts = partitions.map((partition) => ({ ...partition, ...from }));
        const positions = await startPositions(offsetLookUp(cluster), starts);
        await Promise.all(topics.map((topic) => context.topology.lookUp(topic)));
        if (stopped.signal.aborted) return;
        behind = new Map(positions.filter(({ offset, end }) => offset < end).map((of) => [nameOf(of), of]));
        fetcher.start(positions);
        finishCatchingUp();
        return;
      } catch (error) {
        if (stopped.signal.aborted) break;
        const fault = toLogError(error, `Following ${topics.join(', ')}`);
        if (!isOutage(error)) throw fault;
        connection.logger('warn', `${reasonOf(fault)} It is tried again.`, {});
        const { signal } = stopped;
        await sleep(backoffMs(failures, MAX_BACKOFF_MS), undefined, { signal }).catch(() => undefined);
      }
      if (stopped.signal.aborted) break;
    }
    throw new LogUnavailableError(`Following ${topics.join(', ')} was stopped before it had begun.`);
  };

  return {
    settled: settle(),
    following: {
      pause: (partitions) => fetcher.pause(partitions),
      resume: (partitions) => fetcher.resume(partitions),
      stop() {
        stop();
        return Promise.resolve();
      },
    },
  };
}
