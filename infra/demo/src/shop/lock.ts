/** More callers wait for a lock than it lets wait. */
export class LockCrowdedError extends Error {
  override readonly name = 'LockCrowdedError';
}

export interface Lock {
  /** Runs the work when all that asked before are done; rejects with a {@link LockCrowdedError} when too many wait. */
  hold<R>(work: () => Promise<R>): Promise<R>;
  readonly waiting: number;
}

/** A lock that one caller holds at a time, first come, first served. */
export function lockOf(mostWaiting: number): Lock {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  return {
    async hold(work) {
      if (waiting >= mostWaiting) throw new LockCrowdedError(`${waiting} others wait already.`);
      waiting += 1;
      const turn = last.then(() => {
        waiting -= 1;
        return work();
      });
      last = turn.catch(() => {});
      return turn;
    },
    get waiting() {
      return waiting;
    },
  };
}
