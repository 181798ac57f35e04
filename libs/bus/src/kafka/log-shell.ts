/** What every log on Kafka does around its driver: missing topics are refused, and whatever is open ends with the log. */
import type { FollowOptions, Following, GroupOptions, Log, LogAdmin, Membership } from '../log.ts';
import { LogUnavailableError } from '../log.ts';
import type { GatheringProducer } from './gathering-producer.ts';
import type { Leaders } from './topology.ts';

export interface Driver {
  readonly admin: LogAdmin & { leaders: Leaders; close(deadlineMs: number): Promise<void> };
  readonly producer: GatheringProducer;
  /** Joins in the background, for as long as it takes. */
  join(options: GroupOptions): Membership;
  follow(options: FollowOptions): Settling;
}

export interface Settling {
  readonly following: Following;
  /** Resolves when it is settled where reading starts; waits for brokers that are away. Rejects when it is stopped before. */
  readonly settled: Promise<void>;
}

export function logOf({ admin, producer, join, follow }: Driver): Log {
  const ends = new Set<(deadlineMs: number) => Promise<void>>();
  let isClosed = false;

  /** Whether brokers are there or not: a topic that is known to be missing is a mistake, an outage is waited for. */
  const refuseMissing = async (topics: readonly string[]) => {
    for (const topic of topics) {
      const leaders = await admin.leaders(topic).catch((error: unknown) => {
        if (!(error instanceof LogUnavailableError)) throw error;
        return [];
      });
      if (!leaders) throw new Error(`Topic ${topic} does not exist; create it, then read it.`);
    }
    if (isClosed) throw new LogUnavailableError('The log is closed; it reads nothing any more.');
  };
  /** Ends it once, whoever comes first: its owner or `close`. */
  const ending = (end: (deadlineMs: number) => Promise<void>) => {
    const once = (deadlineMs: number) => {
      ends.delete(once);
      return end(deadlineMs);
    };
    ends.add(once);
    return once;
  };

  return {
    admin,
    append: (records) => producer.append(records),
    async join(group) {
      await refuseMissing(group.topics);
      const member = join(group);
      return {
        pause: (partitions) => member.pause(partitions),
        resume: (partitions) => member.resume(partitions),
        commit: (generation, offsets) => member.commit(generation, offsets),
        reassign: () => member.reassign(),
        leave: ending((deadlineMs) => member.leave(deadlineMs)),
        get confirmedAt() {
          return member.confirmedAt;
        },
        get deliveredThrough() {
          return member.deliveredThrough;
        },
      };
    },
    async follow(wanted) {
      await refuseMissing(wanted.topics);
      const { following, settled } = follow(wanted);
      const stop = ending((deadlineMs) => following.stop(deadlineMs));
      await settled;
      return { ...following, stop };
    },
    async close(deadlineMs) {
      isClosed = true;
      const until = Date.now() + deadlineMs;
      await Promise.all([...[...ends].map((end) => end(deadlineMs)), producer.close(deadlineMs)]);
      await admin.close(Math.max(0, until - Date.now()));
    },
  };
}
