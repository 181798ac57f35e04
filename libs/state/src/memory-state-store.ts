import {
  StateUnavailableError,
  type Fenced,
  type Lost,
  type Ownership,
  type StateChange,
  type StateStore,
} from './state-store.ts';

/** What a test or a simulation may do to a store. */
export interface MemoryStateControls {
  /** Loses everything, as a `FLUSHALL` does. */
  flushAll(): void;
  /** Loses the last `commits` commits of all partitions, and whatever else was written after the first of them, as a restart of Redis does. */
  rewind(commits: number): void;
  /** While true, every call is refused and nothing is done. */
  unavailable(is: boolean): void;
  /** While true, every call is done and its answer lost. */
  unanswered(is: boolean): void;
}

export type MemoryStateStore = StateStore & MemoryStateControls;

interface Partition {
  generation: number;
  owner: string;
  sequence: number;
  readonly offsets: Map<string, number>;
  readonly states: Map<string, Uint8Array>;
  readonly timers: Map<string, number>;
  readonly outbox: Map<number, Uint8Array>;
}

interface Lease {
  readonly owner: string;
  readonly expiresAt: number;
}

/** How many writes can be taken back. */
const journalLength = 1_000;

/** The Redis store's twin: the same answers to the same calls, in memory, for unit tests and simulations. `now` (epoch ms) is for leases. */
export function memoryStateStore({ now = Date.now }: { readonly now?: () => number } = {}): MemoryStateStore {
  const partitions = new Map<string, Partition>();
  const leases = new Map<string, Lease>();
  let journal: { readonly isCommit: boolean; readonly undo: () => void }[] = [];
  let isUnavailable = false;
  let isUnanswered = false;

  function written(isCommit: boolean, undo: () => void): void {
    journal.push({ isCommit, undo });
    if (journal.length > 2 * journalLength) journal = journal.slice(-journalLength);
  }

  async function answer<T>(work: () => T): Promise<T> {
    if (isUnavailable) throw new StateUnavailableError('The memory store was made unavailable. Try again.');
    const result = work();
    if (isUnanswered) throw new StateUnavailableError('The answer of the memory store was lost. Try again.');
    return result;
  }

  /** Sets or, without a value, deletes; returns what takes that back. */
  function put<K, V>(map: Map<K, V>, key: K, value: V | undefined): () => void {
    const before = map.get(key);
    if (value === undefined) map.delete(key);
    else map.set(key, value);
    return () => (before === undefined ? map.delete(key) : map.set(key, before));
  }

  return {
    open: (ownership, { force = false } = {}) =>
      answer(() => {
        const name = nameOf(ownership.agent, ownership.partition);
        const before = partitions.get(name);
        if (before !== undefined && !force && isTaken(before, ownership))
          return { kind: 'fenced', generation: before.generation };
        const { generation, owner } = ownership;
        const partition =
          before === undefined
            ? {
                generation,
                owner,
                sequence: 0,
                offsets: new Map(),
                states: new Map(),
                timers: new Map(),
                outbox: new Map(),
              }
            : { ...before, generation, owner, sequence: before.sequence + 2 };
        written(false, put(partitions, name, partition));
        const { sequence, offsets, timers, outbox } = partition;
        const waiting = new Map([...outbox].sort(([a], [b]) => a - b));
        return { kind: 'open', sequence, offsets: new Map(offsets), timers: new Map(timers), outbox: waiting };
      }),

    load: (ownership, sequence, keys) =>
      answer(() => {
        const partition = partitions.get(nameOf(ownership.agent, ownership.partition));
        const refusal = refusalOf(partition, ownership);
        if (refusal !== undefined) return refusal;
        if (partition === undefined || partition.sequence < sequence) return { kind: 'lost' };
        return { kind: 'loaded', entries: keys.map((key) => partition.states.get(key)?.slice() ?? null) };
      }),

    commit: (ownership, sequence, change) =>
      answer(() => {
        const partition = partitions.get(nameOf(ownership.agent, ownership.partition));
        const refusal = refusalOf(partition, ownership);
        if (refusal !== undefined) return refusal;
        if (partition?.sequence === sequence + 1) return { kind: 'committed', sequence: sequence + 1 };
        if (partition?.sequence !== sequence) return { kind: 'lost' };
        const undos = apply(partition, change);
        partition.sequence += 1;
        written(true, () => {
          partition.sequence -= 1;
          for (const undo of undos) undo();
        });
        return { kind: 'committed', sequence: partition.sequence };
      }),

    keys: (agent, partition) => answer(() => [...(partitions.get(nameOf(agent, partition))?.states.keys() ?? [])]),

    clear: (agent) =>
      answer(() => {
        for (const name of partitions.keys())
          if (name.startsWith(`${agent}/`)) written(false, put(partitions, name, undefined));
      }),

    lease: (name, owner, durationMs) =>
      answer(() => {
        const lease = leases.get(name);
        if (lease !== undefined && lease.owner !== owner && lease.expiresAt > now()) return false;
        written(false, put(leases, name, { owner, expiresAt: now() + durationMs }));
        return true;
      }),

    release: (name, owner) =>
      answer(() => {
        if (leases.get(name)?.owner === owner) written(false, put(leases, name, undefined));
      }),

    ping: () => answer(() => undefined),
    close: async () => undefined,

    flushAll() {
      partitions.clear();
      leases.clear();
      journal = [];
    },
    rewind(commits) {
      for (let left = commits; left > 0;) {
        const write = journal.pop();
        if (write === undefined) throw new Error(`The memory store has no ${commits} commits to lose.`);
        write.undo();
        if (write.isCommit) left -= 1;
      }
    },
    unavailable(is) {
      isUnavailable = is;
    },
    unanswered(is) {
      isUnanswered = is;
    },
  };

  function apply(partition: Partition, { offsets, entries, timers, outbox }: StateChange): (() => void)[] {
    const undos: (() => void)[] = [];
    for (const [topic, offset] of offsets) undos.push(put(partition.offsets, topic, offset));
    for (const [key, bytes] of entries)
      undos.push(put(partition.states, key, bytes === null ? undefined : new Uint8Array(bytes)));
    for (const [key, at] of timers) undos.push(put(partition.timers, key, at ?? undefined));
    for (const [number, bytes] of outbox)
      undos.push(put(partition.outbox, number, bytes === null ? undefined : new Uint8Array(bytes)));
    return undos;
  }
}

function nameOf(agent: string, partition: number): string {
  return `${agent}/${partition}`;
}

function isTaken(partition: Partition, { generation, owner }: Ownership): boolean {
  return partition.generation > generation || (partition.generation === generation && partition.owner !== owner);
}

function refusalOf(partition: Partition | undefined, ownership: Ownership): Fenced | Lost | undefined {
  if (partition === undefined || partition.generation < ownership.generation) return { kind: 'lost' };
  if (isTaken(partition, ownership)) return { kind: 'fenced', generation: partition.generation };
  return undefined;
}
