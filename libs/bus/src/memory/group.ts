/** A consumer group in memory: members, generations, committed offsets. */
import { coPartition } from './co-partition.ts';
import type { GroupMember } from './co-partition.ts';
import { FencedError } from '../log.ts';
import type { Assignment, TopicPartition, TopicPartitionOffset } from '../log.ts';
import type { Schedule } from './cursor.ts';
import type { Topics } from './topics.ts';

export interface Member extends GroupMember {
  /** Its generation is over. */
  end(): void;
  begin(assignment: Assignment): void;
}

export interface Group {
  add(member: Member): void;
  /** Without a word to the member. */
  remove(member: Member): void;
  /** Begins a new generation, once the cluster is available. */
  rebalance(): void;
  /** The cluster is available again: does what was put off. */
  resume(): void;
  has(member: Member): boolean;
  isCurrent(member: Member, generation: number): boolean;
  /** @throws FencedError */
  commit(member: Member, generation: number, offsets: readonly TopicPartitionOffset[]): void;
  committed(partitions: readonly TopicPartition[]): TopicPartitionOffset[];
  /** Drops what was committed for a topic. */
  forget(topic: string): void;
  readonly members: number;
}

export const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/**
 * In a rebalance every member hears the end of its generation before anyone begins the next one; only a member that was
 * cut off and thrown out can hold on to partitions that others have.
 */
export function memoryGroup(
  group: string,
  topics: Topics,
  { schedule, isAvailable }: { schedule: Schedule; isAvailable: () => boolean },
): Group {
  const members = new Set<Member>();
  const offsets = new Map<string, TopicPartitionOffset>();
  let generation = 0;
  let isRebalanceDue = false;
  let isPutOff = false;

  const rebalance = () => {
    if (isRebalanceDue) return;
    isRebalanceDue = true;
    schedule(beginGeneration);
  };
  const beginGeneration = () => {
    isRebalanceDue = false;
    isPutOff = !isAvailable();
    if (isPutOff) return;
    for (const member of members) member.end();
    const current = ++generation;
    const owners = coPartition([...members], (topic) => topics.partitions(topic).length);
    for (const member of members) {
      const { memberId } = member;
      schedule(() => member.begin({ generation: current, memberId, ...owners.get(memberId)! }));
    }
  };

  return {
    rebalance,
    resume() {
      if (isPutOff) rebalance();
    },
    add(member) {
      members.add(member);
      rebalance();
    },
    remove(member) {
      if (members.delete(member)) rebalance();
    },
    has: (member) => members.has(member),
    isCurrent: (member, of) => of === generation && members.has(member),
    commit(member, of, committed) {
      if (of !== generation || !members.has(member)) {
        throw new FencedError(
          `Generation ${of} of group ${group} is over for ${member.memberId}; the group is at ${generation}. Stop handling what was assigned in it.`,
        );
      }
      for (const { topic, partition, offset } of committed) {
        offsets.set(nameOf({ topic, partition }), { topic, partition, offset });
      }
    },
    committed: (partitions) => partitions.flatMap((partition) => offsets.get(nameOf(partition)) ?? []),
    forget(topic) {
      for (const [name, offset] of offsets) if (offset.topic === topic) offsets.delete(name);
    },
    get members() {
      return members.size;
    },
  };
}
