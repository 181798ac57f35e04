/**
 * Who owns what in a group. A partition *number* is dealt to one member and is then its own for every topic that has the
 * number, so that what one handler joins by key stands in one process.
 */
import type { TopicPartition } from '../log.ts';

export interface GroupMember {
  readonly memberId: string;
  readonly topics: readonly string[];
}

export interface OwnedPartitions {
  readonly partitions: readonly number[];
  readonly topicPartitions: readonly TopicPartition[];
}

/**
 * Deals partition numbers round robin over the members in order of their ids (the same on every instance). A member
 * that does not read a topic is not given its partitions: during a rolling upgrade that adds a topic, the numbers of the old members
 * wait for the new ones.
 *
 * @param partitionsOf number of partitions of a topic; 0 when there is no such topic
 */
export function coPartition(
  members: readonly GroupMember[],
  partitionsOf: (topic: string) => number,
): ReadonlyMap<string, OwnedPartitions> {
  const ordered = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  return new Map(
    ordered.map((member, position) => [member.memberId, owned(member, position, ordered.length, partitionsOf)]),
  );
}

function owned(
  member: GroupMember,
  position: number,
  members: number,
  partitionsOf: (topic: string) => number,
): OwnedPartitions {
  const topicPartitions = [...new Set(member.topics)]
    .sort()
    .flatMap((topic) => Array.from({ length: partitionsOf(topic) }, (_, partition) => ({ topic, partition })))
    .filter(({ partition }) => partition % members === position);
  const partitions = [...new Set(topicPartitions.map(({ partition }) => partition))].sort((a, b) => a - b);
  return { partitions, topicPartitions };
}
