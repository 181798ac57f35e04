import { expect, test } from 'vitest';
import { crc32c } from '../kafka/crc32c.ts';
import { internal } from './internals.ts';
import { quickDecode, quickEncode } from './quick-records.ts';
import { encodeRecord } from '../kafka/record-format.ts';
import type { RecordBody } from '../kafka/record-format.ts';

interface Encoded {
  readonly buffer: Buffer;
}
type Theirs = Record<'encode' | 'decode' | 'checksum', (...args: readonly unknown[]) => unknown>;
const theirs: Theirs = {
  encode: internal('protocol/recordBatch/record/v0') as Theirs['encode'],
  decode: internal('protocol/recordBatch/record/v0/decoder') as Theirs['decode'],
  checksum: internal('protocol/recordBatch/crc32C') as Theirs['checksum'],
};
const Decoder = internal('protocol/decoder') as new (bytes: Buffer) => { readVarIntBytes(): Buffer };

const filled = (length: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 31) % 256));
const records: RecordBody[] = [
  { offsetDelta: 0, key: null, value: null, headers: {} },
  { offsetDelta: 63, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: { '': Buffer.alloc(0) } },
  { offsetDelta: 64, key: filled(63), value: filled(64), headers: { ключ: filled(127), b: filled(128) } },
  { offsetDelta: 8191, key: filled(8191), value: filled(8192), headers: {} },
  {
    offsetDelta: 8192,
    key: filled(1),
    value: filled(1_048_577),
    headers: Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`h${i}`, filled(i)])),
  },
];

test.each(records)('encodes a record as kafkajs does, and decodes it ($offsetDelta)', (record) => {
  const expected = (theirs.encode({ ...record, timestampDelta: 0 }) as Encoded).buffer;
  expect(encodeRecord(record).equals(expected)).toBe(true);

  for (const timestampType of [0, 1]) {
    const context = {
      firstOffset: '9007199254',
      firstTimestamp: '1700000000000',
      maxTimestamp: '1700000000555',
      timestampType,
      magicByte: 2,
      isControlBatch: false,
    };
    const body = () => new Decoder(new Decoder(expected).readVarIntBytes()) as unknown as { buffer: Buffer };
    expect(quickDecode(body(), context)).toEqual(theirs.decode(body(), context));
  }
});

test('decodes times and repeated headers as kafkajs does', () => {
  const encoded = theirs.encode({
    offsetDelta: 5,
    timestampDelta: 5_000_000_000,
    key: null,
    value: Buffer.from('v'),
    headers: { once: Buffer.from('1'), thrice: [Buffer.from('1'), Buffer.from('2'), Buffer.from('3')] },
  }) as Encoded;
  const context = {
    firstOffset: '7',
    firstTimestamp: '1700000000000',
    maxTimestamp: '0',
    timestampType: 0,
    magicByte: 2,
    isControlBatch: false,
  };
  const body = () => new Decoder(new Decoder(encoded.buffer).readVarIntBytes()) as unknown as { buffer: Buffer };
  const decoded = quickDecode(body(), context);
  expect(decoded).toEqual(theirs.decode(body(), context));
  expect(decoded).toMatchObject({ offset: '12', timestamp: '1705000000000' });
});

test('leaves to kafkajs what it does not know', () => {
  const handedOver: unknown[] = [];
  const encode = quickEncode((record) => {
    handedOver.push(record);
    return {};
  });
  const record = { offsetDelta: 0, timestampDelta: 0, key: null, value: null, headers: {} };
  const odd = [
    { ...record, timestampDelta: 3 },
    { ...record, key: 'text' as unknown as Buffer },
    { ...record, headers: { list: [] as unknown as Buffer } },
  ];
  for (const each of [...odd, record]) encode(each);
  expect(handedOver).toEqual(odd);
});

test.each([0, 1, 7, 8, 9, 15, 16, 17, 1_000])('sums %i bytes as kafkajs does', (length) => {
  expect(crc32c(filled(length))).toBe(theirs.checksum(filled(length)));
});

test('sums the check value of CRC-32C', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});
