import { AssignerProtocol } from 'kafkajs';
import type { Cluster } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { copartitionAssigner, dealNumbers } from './copartition-assigner.ts';
import type { Claimant } from './copartition-assigner.ts';

const fresh = (count: number): Claimant[] =>
  Array.from({ length: count }, (_, i) => ({
    memberId: `m${String(i).padStart(2, '0')}`,
    generation: -1,
    partitions: [],
  }));

/** The same members at the next join, holding what they were dealt. */
const after = (dealt: ReadonlyMap<string, readonly number[]>, generation: number): Claimant[] =>
  [...dealt].map(([memberId, partitions]) => ({ memberId, generation, partitions }));

const sizes = (dealt: ReadonlyMap<string, readonly number[]>) => [...dealt.values()].map((of) => of.length);
const moved = (before: readonly Claimant[], dealt: ReadonlyMap<string, readonly number[]>) =>
  before.flatMap(({ memberId, partitions }) => partitions.filter((number) => !dealt.get(memberId)?.includes(number)))
    .length;

describe('dealing partition numbers', () => {
  test.each(Array.from({ length: 14 }, (_, i) => i + 1))('spreads 12 numbers evenly over %i members', (members) => {
    const dealt = dealNumbers(fresh(members), 12);
    expect([...dealt.values()].flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(Math.max(...sizes(dealt)) - Math.min(...sizes(dealt))).toBeLessThanOrEqual(1);
  });

  test('is the same whatever the order of the members', () => {
    const members = fresh(5);
    expect(dealNumbers(members.toReversed(), 12)).toEqual(dealNumbers(members, 12));
  });

  test('takes from each just what a new member must have', () => {
    const three = after(dealNumbers(fresh(3), 12), 1);
    const four = dealNumbers([...three, { memberId: 'a-new-one', generation: -1, partitions: [] }], 12);
    expect(sizes(four)).toEqual([3, 3, 3, 3]);
    expect(moved(three, four)).toBe(3);
  });

  test('leaves the others what they have when a member goes', () => {
    const four = after(dealNumbers(fresh(4), 12), 7);
    const stayed = four.slice(1);
    const three = dealNumbers(stayed, 12);
    expect(sizes(three)).toEqual([4, 4, 4]);
    expect(moved(stayed, three)).toBe(0);
  });

  test('gives a number that two claim to the one who held it last', () => {
    const zombie: Claimant = { memberId: 'a', generation: 3, partitions: [0, 1] };
    const owner: Claimant = { memberId: 'b', generation: 5, partitions: [0, 1] };
    const newcomer: Claimant = { memberId: 'c', generation: -1, partitions: [] };
    expect(dealNumbers([zombie, owner, newcomer], 6).get('b')).toEqual([0, 1]);
  });

  test('ignores claims to numbers that are gone', () => {
    const dealt = dealNumbers([{ memberId: 'a', generation: 1, partitions: [0, 1, 2, 3] }], 2);
    expect(dealt).toEqual(new Map([['a', [0, 1]]]));
  });
});

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
