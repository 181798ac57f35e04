/** What a member asks of the broker that keeps its group. */
import { nameOf } from '../kafka/start-offsets.ts';
import type { OffsetLookUp, StartPosition } from '../kafka/start-offsets.ts';
import type { Assignment, TopicPartition, TopicPartitionOffset } from '../log.ts';
import { isFencing } from './faults.ts';
import type { ConsumerGroup } from './internals.ts';

/** The group may be kept by another broker by now. */
export async function findCoordinator(group: ConsumerGroup): Promise<void> {
  const coordinator = await group.cluster.findGroupCoordinator({ groupId: group.groupId });
  group.coordinator = coordinator;
  group.offsetManager.coordinator = coordinator;
}

/** Offsets committed for some partitions; those without one are missing. */
export async function committedOffsets(
  { cluster, groupId }: ConsumerGroup,
  partitions: readonly TopicPartition[],
): Promise<TopicPartitionOffset[]> {
  if (partitions.length === 0) return [];
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  const { responses } = await coordinator.offsetFetch({
    groupId,
    topics: [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, of]) => ({
      topic,
      partitions: of.map(({ partition }) => ({ partition })),
    })),
  });
  return responses
    .flatMap(({ topic, partitions: found }) =>
      found.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
    )
    .filter(({ offset }) => offset >= 0);
}

/**
 * Commits as a member of one generation; the broker refuses when that is over. With nothing to commit, a heartbeat asks the
 * same question. kafkajs would commit for whatever generation is current by then.
 */
export async function commitOffsets(
  group: ConsumerGroup,
  { generation, memberId }: Assignment,
  offsets: readonly TopicPartitionOffset[],
): Promise<void> {
  const membership = { groupId: group.groupId, memberId, groupGenerationId: generation };
  const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([topic, of]) => ({
    topic,
    partitions: of.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
  }));
  const send = async () => {
    const coordinator = await group.offsetManager.getCoordinator();
    return topics.length === 0
      ? coordinator.heartbeat(membership)
      : coordinator.offsetCommit({ ...membership, topics });
  };
  try {
    await send();
  } catch (error) {
    if (isFencing(error)) throw error;
    await findCoordinator(group);
    await send();
  }
}

/** What kafkajs was dealt. */
export function assignmentOf(group: ConsumerGroup): Assignment {
  const topicPartitions = group
    .assigned()
    .flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
    .toSorted((a, b) => a.partition - b.partition);
  return {
    generation: group.generationId,
    memberId: group.memberId ?? '',
    partitions: [...new Set(topicPartitions.map(({ partition }) => partition))],
    topicPartitions,
  };
}

/** Asks the leaders of partitions for offsets. */
export const offsetLookUp =
  ({ cluster }: Pick<ConsumerGroup, 'cluster'>): OffsetLookUp =>
  async (partitions, at) => {
    const point = typeof at === 'number' ? { fromTimestamp: at } : { fromBeginning: at === 'beginning' };
    const byTopic = Map.groupBy(partitions, ({ topic }) => topic);
    const answers = await cluster.fetchTopicsOffset(
      [...byTopic].map(([topic, of]) => ({
        topic,
        partitions: of.map(({ partition }) => ({ partition })),
        ...point,
      })),
    );
    return new Map(
      answers.flatMap(({ topic, partitions: found }) =>
        found.map(({ partition, offset }) => [nameOf({ topic, partition }), Number(offset)]),
      ),
    );
  };

/** Makes kafkajs fetch from there next. */
export const seek = (group: ConsumerGroup, { topic, partition, offset }: StartPosition): void =>
  group.seek({ topic, partition, offset: String(offset) });
