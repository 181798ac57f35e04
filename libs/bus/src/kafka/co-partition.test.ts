import { describe, expect, test } from 'vitest';
import { dealNumbers } from './co-partition.ts';
import type { Claimant } from './co-partition.ts';

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
