import { expect, test } from 'vitest';
import type { FetchedBatch } from './internals.ts';
import { nextOffsetOf, toRecordBatch } from './records.ts';

const fetched = (
  offsets: readonly number[],
  context?: { firstOffset: string; lastOffsetDelta: number },
): FetchedBatch => {
  const messages = offsets.map((offset) => ({
    offset: String(offset),
    timestamp: '1700000000000',
    key: Buffer.from('k'),
    value: null,
    attributes: 0,
    size: 0,
    headers: { once: Buffer.from('1'), twice: [Buffer.from('1'), Buffer.from('2')] },
    ...(context ? { batchContext: context } : {}),
  }));
  return {
    topic: 't',
    partition: 3,
    highWatermark: '50',
    messages: messages as FetchedBatch['messages'],
    rawMessages: messages,
    lastOffset: () => String(offsets.at(-1)),
  };
};

test('reads on behind the hole that compaction left at the end of a batch', () => {
  expect(nextOffsetOf(fetched([7, 8]))).toBe(9);
  expect(nextOffsetOf(fetched([7, 8], { firstOffset: '5', lastOffsetDelta: 3 }))).toBe(9);
  expect(nextOffsetOf(fetched([7, 8], { firstOffset: '5', lastOffsetDelta: 14 }))).toBe(20);
});

test('turns a fetched batch into records of the log, where the last of several values of a header counts', () => {
  const batch = toRecordBatch(fetched([7]));
  expect(batch).toMatchObject({ topic: 't', partition: 3, endOffset: 50, nextOffset: 8 });
  expect(batch.records).toEqual([
    {
      topic: 't',
      partition: 3,
      offset: 7,
      timestamp: 1_700_000_000_000,
      key: Buffer.from('k'),
      value: null,
      headers: { once: Buffer.from('1'), twice: Buffer.from('2') },
    },
  ]);
});
