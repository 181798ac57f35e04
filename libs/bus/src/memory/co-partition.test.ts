import { expect, test } from 'vitest';
import { coPartition } from './co-partition.ts';

const partitionsOf = (topic: string) => ({ wide: 6, narrow: 2 })[topic] ?? 0;
const member = (memberId: string, ...topics: string[]) => ({ memberId, topics });

test('deals every partition to one member, a number with all its topics, evenly', () => {
  const owners = coPartition([member('b', 'wide', 'narrow'), member('a', 'narrow', 'wide')], partitionsOf);
  expect(owners.get('a')).toEqual({
    partitions: [0, 2, 4],
    topicPartitions: [
      { topic: 'narrow', partition: 0 },
      { topic: 'wide', partition: 0 },
      { topic: 'wide', partition: 2 },
      { topic: 'wide', partition: 4 },
    ],
  });
  expect(owners.get('b')!.partitions).toEqual([1, 3, 5]);
});

test('gives a member nothing it does not read, and a surplus member nothing at all', () => {
  const owners = coPartition(
    [member('a', 'narrow'), member('b', 'narrow', 'wide'), member('c', 'missing')],
    partitionsOf,
  );
  expect(owners.get('a')!.topicPartitions).toEqual([{ topic: 'narrow', partition: 0 }]);
  expect(owners.get('b')!.topicPartitions).toEqual([
    { topic: 'narrow', partition: 1 },
    { topic: 'wide', partition: 1 },
    { topic: 'wide', partition: 4 },
  ]);
  expect(owners.get('c')).toEqual({ partitions: [], topicPartitions: [] });
});
