/** What is asked of the broker that keeps a group, wherever that is by now. */
import { heartbeatV4, offsetCommitV8, offsetFetchV7 } from '@platformatic/kafka';
import type { Address } from '../kafka/log-options.ts';
import type { Assignment, TopicPartition, TopicPartitionOffset } from '../log.ts';
import type { Cluster } from './cluster.ts';
import { isFencing, isOutage } from './faults.ts';
import type { Api } from './link.ts';

export interface Coordinator {
  readonly group: string;
  address(): Promise<Address>;
  /** The group may be kept by another broker by now. */
  forget(): void;
  /** Asks once more when the group has moved or the broker did not answer. */
  ask<Arguments extends unknown[], Answer>(api: Api<Arguments, Answer>, ...args: Arguments): Promise<Answer>;
}

type Member = Pick<Assignment, 'generation' | 'memberId'>;

const NO_STATIC_MEMBER = null;
const ANY_EPOCH = -1;

export function coordinatorOf(cluster: Cluster, group: string): Coordinator {
  let known: Promise<Address> | undefined;
  const address = () => {
    if (!known) {
      const asked = cluster.coordinatorOf(group);
      known = asked;
      asked.catch(() => {
        if (known === asked) known = undefined;
      });
    }
    return known;
  };
  const forget = () => {
    known = undefined;
  };

  return {
    group,
    address,
    forget,
    async ask(api, ...args) {
      try {
        return await cluster.ask(await address(), api, ...args);
      } catch (error) {
        if (isFencing(error) || !isOutage(error)) throw error;
        forget();
        return cluster.ask(await address(), api, ...args);
      }
    },
  };
}

/** Rejects with a fencing error when the membership or its generation is over. */
export async function sendHeartbeat(coordinator: Coordinator, { generation, memberId }: Member): Promise<void> {
  await coordinator.ask(heartbeatV4.api, coordinator.group, generation, memberId, NO_STATIC_MEMBER);
}

/** Commits as a member of one generation; the broker refuses when that is over. With nothing to commit, a heartbeat asks the same question. */
export async function commitOffsets(
  coordinator: Coordinator,
  member: Member,
  offsets: readonly TopicPartitionOffset[],
): Promise<void> {
  if (offsets.length === 0) return sendHeartbeat(coordinator, member);
  const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, of]) => ({
    name,
    partitions: of.map(({ partition, offset }) => ({
      partitionIndex: partition,
      committedOffset: BigInt(offset),
      committedLeaderEpoch: ANY_EPOCH,
      committedMetadata: null,
    })),
  }));
  const { group } = coordinator;
  await coordinator.ask(offsetCommitV8.api, group, member.generation, member.memberId, NO_STATIC_MEMBER, topics);
}

/** Offsets committed for some partitions; those without one are missing. */
export async function committedOffsets(
  coordinator: Coordinator,
  partitions: readonly TopicPartition[],
): Promise<TopicPartitionOffset[]> {
  if (partitions.length === 0) return [];
  const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, of]) => ({
    name,
    partitionIndexes: of.map(({ partition }) => partition),
  }));
  const answer = await coordinator.ask(offsetFetchV7.api, [{ groupId: coordinator.group, topics }], true);
  return answer.topics
    .flatMap(({ name, partitions: found }) =>
      found.map(({ partitionIndex, committedOffset }) => ({
        topic: name,
        partition: partitionIndex,
        offset: Number(committedOffset),
      })),
    )
    .filter(({ offset }) => offset >= 0);
}
