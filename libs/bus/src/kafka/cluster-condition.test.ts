import { expect, test } from 'vitest';
import { conditionOf } from './cluster-condition.ts';

const at = (partition: number, leader: number, inSync: readonly number[]) => ({
  partition,
  leader,
  replicas: [1, 2, 3],
  inSync,
});

test('tells which partitions nobody leads, and which have replicas out of sync', () => {
  const partitions = [at(2, -1, []), at(1, 2, [2, 3]), at(0, 1, [1, 2, 3]), at(3, 1, [1])];
  expect(conditionOf({ brokers: 2, controller: 1, topics: [{ topic: 'orders', partitions }] })).toEqual({
    brokers: 2,
    hasController: true,
    topics: [{ topic: 'orders', partitions: 4, offline: [2], outOfSync: [1, 3] }],
  });
});

test('tells of a cluster without a controller', () => {
  expect(conditionOf({ brokers: 1, controller: -1, topics: [] }).hasController).toBe(false);
  expect(conditionOf({ brokers: 1, controller: null, topics: [] }).hasController).toBe(false);
});
