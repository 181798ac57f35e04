import { Partitioners } from 'kafkajs';
import { expect, test } from 'vitest';
import { murmur2, partitionOfKey } from './partition-of-key.ts';

test('hashes as the Java client does', () => {
  // Values of org.apache.kafka.common.utils.UtilsTest.
  expect(murmur2(Buffer.from('21'))).toBe(-973932308);
  expect(murmur2(Buffer.from('foobar'))).toBe(-790332482);
  expect(murmur2(Buffer.from('a-little-bit-long-string'))).toBe(-985981536);
  expect(murmur2(Buffer.from('a-little-bit-longer-string'))).toBe(-1486304829);
  expect(murmur2(Buffer.from('lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8'))).toBe(-58897971);
  expect(murmur2(Buffer.from('abc'))).toBe(479470107);
});

test('sends every key where kafkajs sends it', () => {
  const partitions = 12;
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [0],
    isr: [0],
  }));
  const theirs = Partitioners.DefaultPartitioner();
  for (let i = 0; i < 500; i++) {
    const key = `ключ-${'x'.repeat(i % 9)}-${i}`;
    expect(partitionOfKey(key, partitions)).toBe(
      theirs({ topic: 't', partitionMetadata, message: { key, value: null } }),
    );
    expect(partitionOfKey(Buffer.from(key), partitions)).toBe(partitionOfKey(key, partitions));
  }
});
