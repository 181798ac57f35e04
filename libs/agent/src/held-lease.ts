import type { StateStore } from '@muster/state';

/** A named lease of the store, asked for no more often than it takes to keep it. */
export interface HeldLease {
  /** Whether it is ours now. Rejects when the store can't say; it counts as not ours then until it is due to be asked for again. */
  hold(): Promise<boolean>;
  /** Gives it up, where it may be ours. */
  release(): Promise<void>;
}

export interface HeldLeaseOptions {
  readonly store: Pick<StateStore, 'lease' | 'release'>;
  readonly name: string;
  readonly owner: string;
  readonly durationMs: number;
  /** Epoch ms. */
  readonly now: () => number;
}

/** Asks once in a third of its length, whether it is ours or another's: two answers may fail before it is lost. */
export function heldLease({ store, name, owner, durationMs, now }: HeldLeaseOptions): HeldLease {
  let askedAt = -Infinity;
  /** Unknown while an answer is due, or when none came. */
  let isOurs: boolean | undefined = false;
  return {
    async hold() {
      const age = now() - askedAt;
      // A clock that was set back says nothing about how long ago that was.
      if (age >= 0 && age < durationMs / 3) return isOurs === true;
      // The time before the question: the store counts from no earlier.
      askedAt = now();
      isOurs = undefined;
      isOurs = await store.lease(name, owner, durationMs);
      return isOurs;
    },
    async release() {
      askedAt = -Infinity;
      if (isOurs === false) return;
      isOurs = false;
      await store.release(name, owner);
    },
  };
}
