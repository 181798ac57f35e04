import { FencedError } from '@muster/bus';
import type {
  Assignment,
  GroupListener,
  Log,
  Membership,
  StartAt,
  TopicPartition,
  TopicPartitionOffset,
} from '@muster/bus';
import { messageOf } from '@muster/resilience';
import { committing } from './committing.ts';
import type { Committing } from './committing.ts';
import type { Reader, ReaderOptions } from './consuming.ts';
import { within } from './deadline.ts';
import { laneOf } from './lane.ts';
import type { Lane } from './lane.ts';
import { persist } from './persisting.ts';
import { warn } from './warning.ts';

const COMMIT_EVERY_MS = 100;

interface Generation {
  readonly number: number;
  readonly lanes: ReadonlyMap<number, Lane>;
  readonly place: Committing;
}

/**
 * Reads a topic as a member of a group: at least once, the place kept after each message. A partition that comes back while the
 * callback of its last generation still runs waits for that. Resolves when the first assignment is settled.
 */
export async function readInGroup(log: Log, options: ReaderOptions & { readonly group: string }): Promise<Reader> {
  const { topic, group, from, handle, signal, failed } = options;
  const settled = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => settled.resolve());
  /** The work of generations that are over, by partition. */
  const ending = new Map<number, Promise<void>>();
  let current: Generation | undefined;

  const begin = ({ generation, topicPartitions }: Assignment): Generation => {
    const place = committing({
      everyMs: COMMIT_EVERY_MS,
      async commit(offsets) {
        const member = await membership;
        await member.commit(
          generation,
          [...offsets].map(([partition, offset]) => ({ topic, partition, offset })),
        );
      },
      failed(error) {
        if (!(error instanceof FencedError)) warn(`group ${group} can't keep its place yet: ${messageOf(error)}`);
      },
    });
    return { number: generation, place, lanes: new Map(topicPartitions.map((at) => [at.partition, open(at, place)])) };
  };
  const open = (at: TopicPartition, place: Committing): Lane => {
    const lane: Lane = laneOf({
      handle,
      handled: () => place.note(at.partition, lane.nextOffset!),
      full: () => withMember((member) => member.pause([at])),
      drained: () => withMember((member) => member.resume([at])),
      after: ending.get(at.partition),
    });
    return lane;
  };
  const end = () => {
    for (const [partition, lane] of current?.lanes ?? []) ending.set(partition, lane.stop());
    current?.place.end();
    current = undefined;
  };

  const listener: GroupListener = {
    async assigned(assignment, committed) {
      const starts = await startsOf(log, assignment.topicPartitions, committed, from);
      // A group has its place from its first moment: what comes before its first commit would otherwise be lost with a rebalance.
      const places = starts.filter((start) => start.at === 'offset');
      if (places.length > 0) await (await membership).commit(assignment.generation, places);
      end();
      current = begin(assignment);
      settled.resolve();
      return starts;
    },
    revoked(generation) {
      if (current?.number === generation) end();
    },
    records: ({ partition, records }) => current?.lanes.get(partition)?.push(records),
    lost(fault) {
      end();
      failed(fault);
    },
  };
  const join = () => log.join({ group, topics: [topic], listener });
  const membership = persist(join, { what: `group ${group}`, signal });
  const withMember = (use: (member: Membership) => void) => void membership.then(use, () => {});
  await membership;
  await settled.promise;

  return {
    async stop(deadlineMs) {
      const until = Date.now() + deadlineMs;
      const lanes = [...(current?.lanes.values() ?? [])];
      await within(Promise.all([...lanes.map((lane) => lane.stop()), ...ending.values()]), until);
      await within(current?.place.flush() ?? Promise.resolve(), until);
      current?.place.end();
      await (await membership).leave(Math.max(0, until - Date.now()));
    },
  };
}

/** Where partitions begin in which the group has no place yet. */
async function startsOf(
  log: Log,
  owned: readonly TopicPartition[],
  committed: readonly TopicPartitionOffset[],
  from: StartAt,
): Promise<(TopicPartition & StartAt)[]> {
  const placed = new Set(committed.map(({ partition }) => partition));
  const fresh = owned.filter(({ partition }) => !placed.has(partition));
  if (fresh.length === 0 || from.at !== 'end') return fresh.map((at) => ({ ...at, ...from }));
  const ends = new Map((await log.admin.offsets(fresh[0]!.topic)).map(({ partition, end }) => [partition, end]));
  return fresh.map((at) => ({ ...at, at: 'offset', offset: ends.get(at.partition) ?? 0 }));
}
