import { AssignerProtocol } from 'kafkajs';
import type { Cluster } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { copartitionAssigner } from './copartition-assigner.ts';

describe('the assigner', () => {
  const counts = new Map([
    ['wide', 4],
    ['narrow', 2],
  ]);
  const cluster = {
    findTopicPartitionMetadata: (topic: string) => Array.from({ length: counts.get(topic) ?? 0 }),
    addTargetTopic: (topic: string) => Promise.reject(new Error(`${topic} does not exist`)),
  } as unknown as Cluster;
  const assignerOf = (generation = -1, partitions: readonly number[] = []) =>
    copartitionAssigner(() => ({ generation, partitions }))({ cluster, groupId: 'g', logger: {} as never });
  const assign = async (subscriptions: Record<string, Buffer>) => {
    const members = Object.entries(subscriptions).map(([memberId, memberMetadata]) => ({ memberId, memberMetadata }));
    const assignments = await assignerOf().assign({ members, topics: ['wide'] });
    return Object.fromEntries(
      assignments.map(({ memberId, memberAssignment }) => [
        memberId,
        AssignerProtocol.MemberAssignment.decode(memberAssignment)!.assignment,
      ]),
    );
  };
  const subscription = (topics: string[], generation?: number, partitions?: readonly number[]) =>
    assignerOf(generation, partitions).protocol({ topics }).metadata;

  test('gives a number to one member for all topics that have it', async () => {
    const both = subscription(['wide', 'narrow']);
    expect(await assign({ a: both, b: both })).toEqual({
      a: { wide: [0, 2], narrow: [0] },
      b: { wide: [1, 3], narrow: [1] },
    });
  });

  test('gives nobody a topic it does not read, nor one that does not exist', async () => {
    expect(await assign({ a: subscription(['wide', 'missing']), b: subscription(['wide', 'narrow']) })).toEqual({
      a: { wide: [0, 2], missing: [] },
      b: { wide: [1, 3], narrow: [1] },
    });
  });

  test('reads from the subscriptions what members had', async () => {
    expect(await assign({ a: subscription(['wide'], 3, [2, 3]), b: subscription(['wide'], 3, [0, 1]) })).toEqual({
      a: { wide: [2, 3] },
      b: { wide: [0, 1] },
    });
  });

  test('tells Kafka something new after every generation, so that joining again begins another', () => {
    expect(subscription(['wide'], 3, [0])).not.toEqual(subscription(['wide'], 4, [0]));
  });
});
