/**
 * A number in [0, 1) that follows from texts, evenly spread: FNV-1a and the finalizer of murmur3. Not for secrets.
 */
export function chanceOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    const text = `${part}\u0000`;
    for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Index of the share in which a chance of [0, 1) falls; the shares add up to 1. */
export function drawn(shares: readonly number[], chance: number): number {
  let passed = 0;
  for (const [index, share] of shares.entries()) {
    passed += share;
    if (chance < passed) return index;
  }
  return shares.findLastIndex((share) => share > 0);
}
