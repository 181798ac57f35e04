/** Co-partitioning as an assigner of kafkajs. */
import { AssignerProtocol } from 'kafkajs';
import type { PartitionAssigner } from 'kafkajs';
import { ASSIGNER_NAME, assignTopics, decodeHeld, encodeHeld } from '../kafka/co-partition.ts';
import type { Held } from '../kafka/co-partition.ts';

/** `held` tells, at every join, what this member had. */
export const copartitionAssigner =
  (held: () => Held): PartitionAssigner =>
  ({ cluster }) => ({
    name: ASSIGNER_NAME,
    version: 1,

    protocol: ({ topics }) => ({
      name: ASSIGNER_NAME,
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: encodeHeld(held()) }),
    }),

    async assign({ members: joined, topics }) {
      const members = joined.map(({ memberId, memberMetadata }) => {
        const subscription = AssignerProtocol.MemberMetadata.decode(memberMetadata);
        return { memberId, topics: subscription?.topics ?? topics, ...decodeHeld(subscription?.userData) };
      });
      const partitionsOf = await partitionCounts(cluster, new Set(members.flatMap((member) => member.topics)));
      const assigned = assignTopics(members, (topic) => partitionsOf.get(topic) ?? 0);
      return [...assigned].map(([memberId, assignment]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 1,
          assignment,
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });

type Cluster = Parameters<PartitionAssigner>[0]['cluster'];

/** A topic only another member reads may be unknown here, or to everyone: then it has no partitions yet. */
async function partitionCounts(cluster: Cluster, topics: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  const count = (topic: string) => cluster.findTopicPartitionMetadata(topic).length;
  for (const topic of topics) {
    if (count(topic) === 0) await cluster.addTargetTopic(topic).catch(() => undefined);
  }
  return new Map([...topics].map((topic) => [topic, count(topic)]));
}
