/**
 * Which keys want to be woken when: a binary heap ordered by time. A key that moves its time later leaves its old place standing and
 * is put anew when that comes up, so a key that moves its time with every message costs nothing.
 */
export interface WakeQueue<K> {
  put(at: number, key: K): void;
  /** The earliest time, or `undefined` when nobody waits. */
  nextAt(): number | undefined;
  take(): { readonly at: number; readonly key: K } | undefined;
  readonly size: number;
}

export function wakeQueue<K>(): WakeQueue<K> {
  const heap: { at: number; key: K }[] = [];
  const at = (index: number): number => heap[index]?.at ?? Number.POSITIVE_INFINITY;
  const swap = (a: number, b: number): void => {
    const [x, y] = [heap[a], heap[b]];
    if (x !== undefined && y !== undefined) [heap[a], heap[b]] = [y, x];
  };
  return {
    put(time, key) {
      let index = heap.push({ at: time, key }) - 1;
      for (let parent = (index - 1) >> 1; index > 0 && at(parent) > at(index); parent = (index - 1) >> 1) {
        swap(parent, index);
        index = parent;
      }
    },
    nextAt: () => heap[0]?.at,
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined || heap.length === 0) return first;
      heap[0] = last;
      for (let index = 0; ;) {
        const [left, right] = [2 * index + 1, 2 * index + 2];
        const least = at(right) < at(left) ? right : left;
        if (at(least) >= at(index)) return first;
        swap(index, least);
        index = least;
      }
    },
    get size() {
      return heap.length;
    },
  };
}
