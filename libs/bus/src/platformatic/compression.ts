/** The codecs of the library; unlike kafkajs it has all that Kafka has. */
import { compressionsAlgorithms } from '@platformatic/kafka';
import type { BatchCodec, Decompress } from '../kafka/record-batch.ts';
import type { Compression } from '../kafka/request-sender.ts';

export function codecOf(compression: Compression): BatchCodec | undefined {
  if (compression === 'none') return undefined;
  const codec = compressionsAlgorithms[compression];
  return { id: codec.bitmask, compress: (bytes) => codec.compressSync(bytes) };
}

export const decompress: Decompress = (id, bytes) => {
  const codec = Object.values(compressionsAlgorithms).find(({ bitmask }) => bitmask === id);
  if (!codec) throw new Error(`Records are compressed by a codec that is not known (${id}).`);
  return codec.decompressSync(bytes);
};
