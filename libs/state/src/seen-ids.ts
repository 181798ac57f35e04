/**
 * The ids of the latest messages of a key, to drop a second copy: their hashes, oldest first. Plain numbers in a plain array, because a
 * typed array of this size is allocated outside the heap, which costs ten times as much per message.
 */

/** 53-bit hashes. Among 32 of them a new id passes for an old one once in 2.8e14 times. Never changed in place. */
export type SeenIds = readonly number[];

export const seenIds = {
  empty: [] as SeenIds,

  has(seen: SeenIds, id: string): boolean {
    return seen.includes(hashOf(id));
  },

  /** With `id` as its newest and at most `capacity` ids in all: the oldest go. */
  add(seen: SeenIds, id: string, capacity: number): SeenIds {
    if (capacity < 1) return [];
    const next = seen.slice(Math.max(0, seen.length + 1 - capacity));
    next.push(hashOf(id));
    return next;
  },
} as const;

let latestId: string | undefined;
let latestHash = 0;

/** Remembers the latest one, since an id is looked for and then added. */
function hashOf(id: string): number {
  if (id !== latestId) {
    latestHash = cyrb53(id);
    latestId = id;
  }
  return latestHash;
}

/** Looked up once: a process that subclasses String (ioredis does) pays four times as much for `text.charCodeAt` in a loop (V8 of Node 26). */
// oxlint-disable-next-line typescript/unbound-method
const { charCodeAt } = String.prototype;

/**
 * cyrb53 (bryc, 2018, public domain): two 32-bit hashes side by side, each with its own multiplier per UTF-16 unit (the shape of FNV-1a),
 * finished with MurmurHash3's mixer and the other half. It guards against accidents, not against somebody who looks for a collision.
 */
function cyrb53(text: string): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const unit = charCodeAt.call(text, i);
    low = Math.imul(low ^ unit, 0x9e3779b1);
    high = Math.imul(high ^ unit, 0x5f356495);
  }
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}
