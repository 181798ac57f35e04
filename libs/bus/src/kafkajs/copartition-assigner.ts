/**
 * Group assignment for co-partitioning: a partition number belongs to one member for every topic of the group. Numbers
 * are spread evenly, and stay with the member that had them as far as that allows.
 */
import { AssignerProtocol } from 'kafkajs';
import type { PartitionAssigner } from 'kafkajs';

const ASSIGNER_NAME = 'muster-copartition';

/** What a member had in its last generation; `generation` is below 0 when it had none. */
export interface Held {
  readonly generation: number;
  readonly partitions: readonly number[];
}

export interface Claimant extends Held {
  readonly memberId: string;
}

/**
 * Deals the numbers `0..count-1` to members, each getting `count / members` of them, rounded up for some. A number goes to
 * the member that held it last (in the highest generation, where several claim it) unless that has its share already.
 */
export function dealNumbers(members: readonly Claimant[], count: number): ReadonlyMap<string, readonly number[]> {
  const inOrder = members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const lastHolder = new Map<number, string>();
  for (const { memberId, partitions } of inOrder.toSorted((a, b) => a.generation - b.generation)) {
    for (const number of partitions) lastHolder.set(number, memberId);
  }
  const numbers = Array.from({ length: count }, (_, number) => number);
  const claims = inOrder
    .map(({ memberId }) => ({ memberId, held: numbers.filter((number) => lastHolder.get(number) === memberId) }))
    .toSorted((a, b) => b.held.length - a.held.length);

  const dealt = new Map(
    claims.map(({ memberId, held }, rank) => {
      const share = Math.floor(count / claims.length) + (rank < count % claims.length ? 1 : 0);
      return [memberId, held.slice(0, share)];
    }),
  );
  const kept = new Set([...dealt.values()].flat());
  for (const number of numbers) {
    if (kept.has(number)) continue;
    const poorest = [...dealt.values()].reduce((a, b) => (b.length < a.length ? b : a));
    poorest.push(number);
  }
  return dealt;
}

/** A kafkajs assigner; `held` tells, at every join, what this member had. */
export const copartitionAssigner =
  (held: () => Held): PartitionAssigner =>
  ({ cluster }) => ({
    name: ASSIGNER_NAME,
    version: 1,

    /** Carries the generation, so that joining again always begins a new one: Kafka repeats the old for unchanged metadata. */
    protocol: ({ topics }) => ({
      name: ASSIGNER_NAME,
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: 1,
        topics,
        userData: Buffer.from(JSON.stringify(held())),
      }),
    }),

    async assign({ members: joined, topics }) {
      const members = joined.map(({ memberId, memberMetadata }) => {
        const subscription = AssignerProtocol.MemberMetadata.decode(memberMetadata);
        return { memberId, topics: subscription?.topics ?? topics, ...readHeld(subscription?.userData) };
      });
      const partitionsOf = await partitionCounts(cluster, new Set(members.flatMap((member) => member.topics)));
      const dealt = dealNumbers(members, Math.max(0, ...partitionsOf.values()));
      return members.map((member) => ({
        memberId: member.memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 1,
          assignment: Object.fromEntries(
            member.topics.map((topic) => [
              topic,
              dealt.get(member.memberId)!.filter((number) => number < (partitionsOf.get(topic) ?? 0)),
            ]),
          ),
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

function readHeld(userData: Buffer | undefined): Held {
  try {
    const { generation, partitions } = JSON.parse(userData?.toString() ?? '') as Held;
    return { generation, partitions };
  } catch {
    return { generation: -1, partitions: [] };
  }
}
