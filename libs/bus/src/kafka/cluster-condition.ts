import type { ClusterCondition, TopicCondition } from '../log.ts';

/** A partition as a broker tells of it; -1 leads where nobody does. */
export interface PartitionPlaces {
  readonly partition: number;
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}

export interface ClusterPlaces {
  readonly brokers: number;
  /** -1 or null where there is none. */
  readonly controller: number | null;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly PartitionPlaces[] }[];
}

export function conditionOf({ brokers, controller, topics }: ClusterPlaces): ClusterCondition {
  return { brokers, hasController: controller !== null && controller >= 0, topics: topics.map(conditionOfTopic) };
}

function conditionOfTopic({ topic, partitions }: ClusterPlaces['topics'][number]): TopicCondition {
  const numbers = (isMeant: (partition: PartitionPlaces) => boolean): number[] =>
    partitions
      .filter(isMeant)
      .map(({ partition }) => partition)
      .sort((a, b) => a - b);
  return {
    topic,
    partitions: partitions.length,
    offline: numbers(({ leader }) => leader < 0),
    outOfSync: numbers(({ leader, replicas, inSync }) => leader >= 0 && inSync.length < replicas.length),
  };
}
