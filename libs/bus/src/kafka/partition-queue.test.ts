import { expect, test, vi } from 'vitest';
import { LogUnavailableError } from '../log.ts';
import { noteStored, rejectAppend } from './append.ts';
import { partitionQueue } from './partition-queue.ts';

const setUp = (sizes: readonly number[], maxBatchBytes = 1_000) => {
  const freed = vi.fn<(bytes: number) => void>();
  const queue = partitionQueue({ topic: 't', partition: 0 }, { maxBatchBytes }, freed);
  const appends = sizes.map((bytes, i) => {
    const [resolve, reject] = [vi.fn<() => void>(), vi.fn<(fault: Error) => void>()];
    const append = { expiresAt: 100 + i, left: 1, isOver: false, resolve, reject };
    queue.push({ append, record: { key: null, value: Buffer.from(String(i)), headers: {}, partition: 0 }, bytes });
    return { append, resolve, reject };
  });
  const values = () => queue.head().map(({ record }) => String(record.value));
  return { queue, appends, freed, values };
};

test('takes as many records as a batch of the log may hold, and at least one', () => {
  expect(setUp([400, 400, 400]).values()).toEqual(['0', '1']);
  expect(setUp([4_000, 1]).values()).toEqual(['0']);
});

test('keeps what is under way until it is dropped', () => {
  const { queue, freed, values } = setUp([400, 400, 400]);
  expect(values()).toEqual(['0', '1']);
  expect(values()).toEqual(['0', '1']);
  queue.drop(2);
  expect(values()).toEqual(['2']);
  expect(freed.mock.calls).toEqual([[400], [400]]);
});

test('halves what was refused down to one record, and grows again behind it', () => {
  const { queue, values } = setUp([1, 1, 1, 1, 1]);
  queue.halve(5);
  expect(values()).toEqual(['0', '1', '2']);
  queue.halve(3);
  queue.halve(2);
  expect(values()).toEqual(['0']);
  queue.drop(1);
  expect(values()).toEqual(['1', '2']);
});

test('forgets appends that are over, but none that is under way', () => {
  const { queue, appends, freed, values } = setUp([10, 20, 30]);
  queue.isInFlight = true;
  queue.expire(101, () => new LogUnavailableError('late'));
  expect(appends.map(({ append }) => append.isOver)).toEqual([true, true, false]);
  expect(freed).not.toHaveBeenCalled();
  queue.isInFlight = false;
  expect(values()).toEqual(['2']);
  expect(freed.mock.calls).toEqual([[10], [20]]);
});

test('an append of several records is over once, when all are stored or one is not', () => {
  const [resolve, reject] = [vi.fn<() => void>(), vi.fn<(fault: Error) => void>()];
  const append = { expiresAt: 0, left: 2, isOver: false, resolve, reject };
  noteStored(append);
  expect(append.isOver).toBe(false);
  noteStored(append);
  rejectAppend(append, new Error('too late'));
  expect([resolve.mock.calls.length, reject.mock.calls.length, append.isOver]).toEqual([1, 0, true]);
});
