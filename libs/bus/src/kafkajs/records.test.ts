import { expect, test } from 'vitest';
import { internal } from './internals.ts';
import type { FetchedBatch } from './internals.ts';
import { nextOffsetOf, sizeOf, toMessage, toRecordBatch } from './records.ts';

const encode = internal('protocol/recordBatch/record/v0') as (message: object) => { size(): number };
const bytes = (length: number) => new Uint8Array(length).fill(7);

test('never underestimates what a record takes in a batch, and not by much', () => {
  for (const [key, value, headers] of [
    [null, null, {}],
    ['k', bytes(0), {}],
    ['ключ', bytes(100), { ce_id: bytes(36), ce_type: bytes(0), имя: bytes(3) }],
    [bytes(300), bytes(1_000_000), Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`h${i}`, bytes(200)]))],
  ] as const) {
    const message = toMessage({ topic: 't', key, value, headers });
    const real = encode({ ...message, offsetDelta: 1_000_000, timestampDelta: 10_000_000 }).size();
    expect(sizeOf(message)).toBeGreaterThanOrEqual(real);
    expect(sizeOf(message)).toBeLessThanOrEqual(real + 36 + 20 * 10);
  }
});

test('hands kafkajs bytes, not text, and no header without a value', () => {
  const value = Uint8Array.of(0, 255);
  const message = toMessage({ topic: 't', key: Uint8Array.of(200), value, headers: { a: value, b: undefined } });
  expect(message.key).toEqual(Buffer.from([200]));
  expect(message.value).toEqual(Buffer.from([0, 255]));
  expect((message.value as Buffer).buffer).toBe(value.buffer);
  expect(message.headers).toEqual({ a: Buffer.from([0, 255]) });
});

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
