import { createRecordsBatch, Reader, readRecordsBatches } from '@platformatic/kafka';
import { expect, test } from 'vitest';
import { codecOf, decompress } from '../platformatic/compression.ts';
import { toOutgoing } from './outgoing-record.ts';
import { decodeBatches, encodeBatch } from './record-batch.ts';

const at = { topic: 't', partition: 3 };
const now = 1_700_000_000_000;
const records = [
  { key: 'k', value: Buffer.from('v'), headers: { a: Buffer.from('1'), ключ: Buffer.alloc(300, 7) } },
  { key: null, value: null },
  { key: Buffer.alloc(0), value: Buffer.alloc(70_000, 1), headers: {} },
].map((record) => toOutgoing({ topic: 't', ...record }));

/** Batches as a broker would send them: with offsets, and the attributes of its topic or of a producer. */
function stored(firstOffset: number, batch: Buffer, change: (batch: Buffer) => void = () => undefined): Buffer {
  const copy = Buffer.from(batch);
  copy.writeBigInt64BE(BigInt(firstOffset), 0);
  change(copy);
  return copy;
}
const decode = (bytes: Buffer, from = 0, aborted: Parameters<typeof decodeBatches>[3] = []) =>
  decodeBatches(at, bytes, from, aborted, decompress);
const offsetsOf = (bytes: Buffer, from?: number, aborted?: Parameters<typeof decodeBatches>[3]) =>
  decode(bytes, from, aborted).records.map(({ offset }) => offset);

test.each(['none', 'gzip', 'zstd'] as const)(
  'reads what it has written, compressed by %s, and so does another client',
  (name) => {
    const batch = encodeBatch(records, now, codecOf(name));
    const { records: read, nextOffset } = decode(stored(40, batch));
    expect(nextOffset).toBe(43);
    expect(read.map(({ key, value, headers }) => ({ key, value, headers }))).toEqual(
      records.map(({ key, value, headers }) => ({ key, value, headers })),
    );
    expect(read.map(({ offset, timestamp }) => [offset, timestamp])).toEqual(
      [40, 41, 42].map((offset) => [offset, now]),
    );

    const [theirs] = readRecordsBatches(Reader.from(batch));
    expect(theirs!.records.map(({ key, value }) => ({ key, value }))).toEqual(
      records.map(({ key, value }) => ({ key, value })),
    );
  },
);

test('has the checksum that another client computes over the same batch', () => {
  const theirs = createRecordsBatch(
    [{ topic: 't', key: Buffer.from('k'), value: Buffer.from('v'), timestamp: BigInt(now) }],
    { producerId: -1n, producerEpoch: -1 },
  ).buffer;
  const ours = encodeBatch([toOutgoing({ topic: 't', key: 'k', value: Buffer.from('v') })], now);
  // They number the first record of a producer without an id, and we do not; that is a part of the checksum.
  const theirSequence = 53;
  theirs.copy(ours, theirSequence, theirSequence, theirSequence + 4);
  expect(ours.subarray(21)).toEqual(theirs.subarray(21));
});

test('takes the time of the broker on topics that have it', () => {
  const LOG_APPEND_TIME = 0b1000;
  const batch = stored(0, encodeBatch(records, now), (bytes) => {
    bytes.writeInt16BE(LOG_APPEND_TIME, 21);
    bytes.writeBigInt64BE(BigInt(now + 5_000), 35);
  });
  expect(decode(batch).records.map(({ timestamp }) => timestamp)).toEqual(records.map(() => now + 5_000));
});

test('begins at the wanted offset, leaves out what is cut off, and goes on behind the hole that compaction left', () => {
  const batch = encodeBatch(records, now);
  const compacted = stored(10, batch, (bytes) => bytes.writeInt32BE(9, 23));
  const bytes = Buffer.concat([stored(0, batch), compacted, stored(20, batch).subarray(0, 100)]);
  expect(offsetsOf(bytes, 2)).toEqual([2, 10, 11, 12]);
  expect(decode(bytes).nextOffset).toBe(20);
  expect(decode(bytes.subarray(0, 50))).toEqual({ records: [], nextOffset: undefined });
});

test('leaves out what a transaction aborted, and the markers of transactions', () => {
  const TRANSACTIONAL = 0b1_0000;
  const CONTROL = 0b10_0000;
  const one = encodeBatch(records.slice(1, 2), now);
  const by = (producer: bigint, offset: number) =>
    stored(offset, one, (bytes) => {
      bytes.writeInt16BE(TRANSACTIONAL, 21);
      bytes.writeBigInt64BE(producer, 43);
    });
  const marker = (producer: bigint, offset: number, kind: number) => {
    const key = Buffer.from([0, 0, 0, kind]);
    const batch = encodeBatch([toOutgoing({ topic: 't', key, value: Buffer.alloc(6) })], now);
    return stored(offset, batch, (bytes) => {
      bytes.writeInt16BE(TRANSACTIONAL | CONTROL, 21);
      bytes.writeBigInt64BE(producer, 43);
    });
  };
  const [abort, commit] = [0, 1];
  const bytes = Buffer.concat([
    by(1n, 0),
    by(2n, 1),
    marker(1n, 2, abort),
    by(1n, 3),
    marker(1n, 4, commit),
    stored(5, one),
  ]);
  expect(offsetsOf(bytes, 0, [{ producerId: 1n, firstOffset: 0 }])).toEqual([1, 3, 5]);
  expect(decode(bytes, 0).nextOffset).toBe(6);
});

test('says so when records are of a format older than Kafka 0.11', () => {
  const old = stored(0, encodeBatch(records, now), (bytes) => (bytes[16] = 1));
  expect(() => decode(old)).toThrow(/t\/3 holds records of an old format/);
});
