/** A memory of the latest ids, bounded: when it is full, the oldest id is forgotten. */
export interface SeenIds {
  has(id: string): boolean;
  add(id: string): void;
}

/** @param capacity how many ids are remembered at the most */
export function seenIds(capacity: number): SeenIds {
  const ids = new Set<string>();
  return {
    has: (id) => ids.has(id),
    add(id) {
      ids.delete(id);
      ids.add(id);
      if (ids.size > capacity) ids.delete(ids.values().next().value!);
    },
  };
}
