/**
 * Which partition a key belongs to: murmur2 as Java's default partitioner computes it, so that every client in any
 * language sends a key to the same place. Algorithm: Austin Appleby's MurmurHash2, 32 bit, seed 0x9747b28c, as in
 * org.apache.kafka.common.utils.Utils.
 */
const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** The signed 32-bit hash of some bytes. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  const wholeWords = length & ~3;
  let hash = SEED ^ length;
  for (let i = 0; i < wholeWords; i += 4) {
    let word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    word = Math.imul(word, M);
    word ^= word >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(word, M);
  }
  const rest = length - wholeWords;
  if (rest > 2) hash ^= bytes[wholeWords + 2]! << 16;
  if (rest > 1) hash ^= bytes[wholeWords + 1]! << 8;
  if (rest > 0) hash = Math.imul(hash ^ bytes[wholeWords]!, M);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}

/** Partition number of a key, from 0. */
export function partitionOfKey(key: Uint8Array | string, partitions: number): number {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}
