/** Reads whole topics by a throw-away group of one member, which keeps its own positions and is deleted when it stops. */
import type { ConnectionOptions, Fetching } from '../kafka/log-options.ts';
import { randomUUID } from 'node:crypto';
import type { Settling } from '../kafka/log-shell.ts';
import { LogUnavailableError } from '../log.ts';
import type { Following, FollowOptions, StartAt, TopicPartition } from '../log.ts';
import type { Admin } from './admin.ts';
import { groupMember } from './group-member.ts';
import { isDoneWithin } from '../kafka/nap.ts';
import { nameOf } from '../kafka/start-offsets.ts';
import type { StartPosition } from '../kafka/start-offsets.ts';

/** How often progress is looked at until all is caught up; records delivered are looked at as they come. */
const LOOK_INTERVAL_MS = 50;
const MIN_DELETION_MS = 1_000;
const HEARTBEAT_INTERVAL_MS = 3_000;

/**
 * Kafka forgets a group without members and offsets by itself, so that one whose process was killed does not stay. Positions
 * survive a broker's restart and a join forced by it: nothing is lost or repeated.
 */
export function follow(
  connection: ConnectionOptions,
  fetching: Fetching,
  admin: Pick<Admin, 'deleteGroup'>,
  { topics, from, records, caughtUp, lost }: FollowOptions,
): Settling {
  const group = `muster-follow-${connection.clientId}-${randomUUID().slice(0, 13)}`;
  const positions = new Map<string, number>();
  /** Whoever follows hears nothing of generations, so a pause outlives them. */
  const paused = new Map<string, TopicPartition>();
  /** What was in the log at the start and has not come yet: the offset each partition has to reach. */
  let behind: Map<string, StartPosition> | undefined;
  let looking: NodeJS.Timeout | undefined;
  const settled = Promise.withResolvers<void>();

  /** A partition that appears later is new, so its beginning is where nothing is missed. */
  const startOf = (partition: TopicPartition): StartAt => {
    const offset = positions.get(nameOf(partition));
    if (offset !== undefined) return { at: 'offset', offset };
    return positions.size === 0 ? from : { at: 'beginning' };
  };
  const look = () => {
    if (!behind) return;
    for (const [name, position] of behind) {
      // Asked of the client, because what ends a log may never be delivered: markers, aborted and compacted records.
      const reached = Math.max(positions.get(name) ?? 0, member.nextOffset(position) ?? 0);
      if (reached >= position.end) behind.delete(name);
    }
    if (behind.size > 0) return;
    clearInterval(looking);
    behind = undefined;
    caughtUp?.();
  };

  const member = groupMember(connection, fetching, {
    group,
    topics,
    heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
    listener: {
      assigned({ topicPartitions }) {
        member.pause([...paused.values()]);
        return Promise.resolve(topicPartitions.map((partition) => ({ ...partition, ...startOf(partition) })));
      },
      revoked: () => undefined,
      records(batch) {
        positions.set(nameOf(batch), batch.nextOffset);
        records(batch);
        look();
      },
      lost(fault) {
        clearInterval(looking);
        settled.reject(fault);
        lost(fault);
      },
    },
    positioned(starts) {
      const isFirst = positions.size === 0;
      for (const start of starts) positions.set(nameOf(start), start.offset);
      if (!isFirst) return;
      behind = new Map(starts.filter(({ offset, end }) => offset < end).map((start) => [nameOf(start), start]));
      looking = setInterval(look, LOOK_INTERVAL_MS);
      settled.resolve();
      look();
    },
  });

  // Whoever only stops it has not asked.
  settled.promise.catch(() => undefined);

  const following: Following = {
    pause(partitions) {
      for (const partition of partitions) paused.set(nameOf(partition), partition);
      member.pause(partitions);
    },
    resume(partitions) {
      for (const partition of partitions) paused.delete(nameOf(partition));
      member.resume(partitions);
    },
    async stop(deadlineMs) {
      const until = Date.now() + deadlineMs;
      clearInterval(looking);
      behind = undefined;
      settled.reject(new LogUnavailableError(`Following ${topics.join(', ')} was stopped before it had begun.`));
      await member.leave(Math.max(0, deadlineMs - MIN_DELETION_MS));
      await isDoneWithin(until - Date.now(), admin.deleteGroup(group));
    },
  };
  return { following, settled: settled.promise };
}
