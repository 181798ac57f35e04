/**
 * Keyed state of an agent, with the offsets and timers it belongs to, stored and moved on together. It is derived from the
 * log and may be lost at any time; what must never happen is that a part of it moves without the rest.
 */
import { TransientError } from '@muster/resilience';

/** State of one partition number of one agent, as it was stored. */
export interface PartitionSnapshot {
  /**
   * Grows with every commit and every open. Passed back with each load and commit, so that a store that went back in time, and a commit
   * that arrives after its sender has opened again, are noticed. 0: nothing was stored (the reverse need not hold: look at `offsets`).
   */
  readonly sequence: number;
  /** topic -> next offset to handle. Empty when nothing is stored. */
  readonly offsets: ReadonlyMap<string, number>;
  /** key -> epoch ms at which it asked to be woken. */
  readonly timers: ReadonlyMap<string, number>;
  /** Number -> what was decided and is not known to have left yet, in the order of the numbers. */
  readonly outbox: ReadonlyMap<number, Uint8Array>;
}

/** Everything one commit moves on. It is applied whole or not at all. */
export interface StateChange {
  readonly offsets: ReadonlyMap<string, number>;
  /** key -> encoded state; `null` forgets the key. */
  readonly entries: ReadonlyMap<string, Uint8Array | null>;
  /** key -> epoch ms; `null` cancels. */
  readonly timers: ReadonlyMap<string, number | null>;
  /** Number -> what is to leave, now that it is decided; `null`: it has left. */
  readonly outbox: ReadonlyMap<number, Uint8Array | null>;
}

/** Names the partition, who writes to it and by which right. */
export interface Ownership {
  readonly agent: string;
  readonly partition: number;
  /** The consumer group's generation. */
  readonly generation: number;
  /** Instance and start of the writing process, unique per process. */
  readonly owner: string;
}

/** A newer generation owns the partition: drop everything, say nothing. */
export interface Fenced {
  readonly kind: 'fenced';
  readonly generation: number;
}

/** The store is not where we left it (lost all, or its last seconds): open again and replay. */
export interface Lost {
  readonly kind: 'lost';
}

export type OpenResult = ({ readonly kind: 'open' } & PartitionSnapshot) | Fenced;

export type LoadResult =
  /** Encoded states in the order of the keys; `null` where nothing is stored. */
  { readonly kind: 'loaded'; readonly entries: readonly (Uint8Array | null)[] } | Fenced | Lost;

export type CommitResult =
  /** Applied (or found applied by an earlier, unanswered try of the same commit). */
  { readonly kind: 'committed'; readonly sequence: number } | Fenced | Lost;

export interface StateStore {
  /**
   * Takes the partition for this generation and returns what is stored. `fenced` when a newer generation has it. `force` takes it even
   * so: only after the broker has confirmed that ours is the current generation (the group's counter began again).
   */
  open(ownership: Ownership, options?: { readonly force?: boolean }): Promise<OpenResult>;
  /**
   * Reads states. Checked like a commit, because a store that was emptied must not pass for keys that were never met: what is decided
   * on that is published before the commit would notice. `sequence` is the last one known, also while a commit is under way.
   */
  load(ownership: Ownership, sequence: number, keys: readonly string[]): Promise<LoadResult>;
  /**
   * One atomic step: refused unless `ownership` still holds the partition and `sequence` is the stored one. After a
   * `StateUnavailableError` the same commit may be tried again, unchanged, any number of times; it is applied once.
   */
  commit(ownership: Ownership, sequence: number, change: StateChange): Promise<CommitResult>;
  /** All stored keys of a partition, in no order: for tools and tests. */
  keys(agent: string, partition: number): Promise<readonly string[]>;
  /** Forgets everything of an agent. */
  clear(agent: string): Promise<void>;
  /** Takes or prolongs a named lease; false when somebody else has it. */
  lease(name: string, owner: string, durationMs: number): Promise<boolean>;
  release(name: string, owner: string): Promise<void>;
  /** Rejects when the store cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The store cannot be reached or did not answer in time; whether a commit was applied is unknown. Transient. */
export class StateUnavailableError extends TransientError {
  override readonly name = 'StateUnavailableError';
}
