/**
 * Who may change which target now: one run at a time. A change that was granted has its target until its run ends, or until its approval is over
 * without having been used. Another one waits, unless that would never end: where runs would wait for each other in a circle, the one that
 * would close it must not wait. Pure; the ledger sees all of it in one order.
 */

/** A change that has its target. */
export interface Hold {
  readonly changeId: string;
  readonly target: string;
  readonly workflowId: string;
  /** When it has it no longer, whatever happens. */
  readonly until: number;
}

/** A change that waits for its target, the first first. */
export interface Waiter extends Omit<Hold, 'until'> {
  readonly changeClass: string;
  readonly kind: 'CLAIM' | 'HOLD';
  readonly correlationId: string;
}

export interface Holding {
  readonly holds: readonly Hold[];
  readonly waiters: readonly Waiter[];
}

type Wish = Pick<Hold, 'target' | 'workflowId'>;

/** A run and the runs within it are one: what waits for the other would wait for itself. */
function isFamily(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

/** Who has the target, and is not of the same run. */
export function holderOf({ holds }: Pick<Holding, 'holds'>, { target, workflowId }: Wish): Hold | undefined {
  return holds.find((hold) => hold.target === target && !isFamily(hold.workflowId, workflowId));
}

/**
 * Whether the wish would close a circle: whoever has the target waits for this run already; or it is free for this run, and somebody would wait for
 * it there for whom it waits itself.
 */
export function wouldNeverEnd(holding: Holding, wish: Wish): boolean {
  const isWaitedFor = holding.holds.some(
    (hold) =>
      hold.target === wish.target &&
      !isFamily(hold.workflowId, wish.workflowId) &&
      waitsFor(holding, hold.workflowId, wish.workflowId, new Set()),
  );
  return isWaitedFor || (holderOf(holding, wish) === undefined && keepsFromOwn(holding, wish));
}

/** Whether somebody who waits for the target is one for whom this run waits. */
function keepsFromOwn(holding: Holding, { target, workflowId }: Wish): boolean {
  return holding.waiters.some(
    (other) =>
      other.target === target &&
      !isFamily(other.workflowId, workflowId) &&
      waitsFor(holding, workflowId, other.workflowId, new Set()),
  );
}

/** Whether a run waits for another one, by way of any number of others. */
function waitsFor(holding: Holding, run: string, other: string, seen: Set<string>): boolean {
  if (seen.has(run)) return false;
  seen.add(run);
  return holding.waiters.some(
    (waiter) =>
      isFamily(waiter.workflowId, run) &&
      holding.holds.some(
        (hold) =>
          hold.target === waiter.target &&
          !isFamily(hold.workflowId, waiter.workflowId) &&
          (isFamily(hold.workflowId, other) || waitsFor(holding, hold.workflowId, other, seen)),
      ),
  );
}

/**
 * The first who waits for a target that is free for him, and who keeps nobody waiting there for whom he waits himself. While anybody waits for a
 * free target there is such a one, because nobody waits in a circle.
 */
export function nextServed(holding: Holding): Waiter | undefined {
  return holding.waiters.find((waiter) => holderOf(holding, waiter) === undefined && !keepsFromOwn(holding, waiter));
}

/** Without a change that has its target, or waits for it. */
export function without(holding: Holding, changeId: string): Holding {
  return {
    holds: holding.holds.filter((hold) => hold.changeId !== changeId),
    waiters: holding.waiters.filter((waiter) => waiter.changeId !== changeId),
  };
}

/** When the next target is free by itself for somebody who waits; null: nobody waits. */
export function freeAt({ holds, waiters }: Holding): number | null {
  const awaited = holds.filter(({ target }) => waiters.some((waiter) => waiter.target === target));
  return awaited.length === 0 ? null : Math.min(...awaited.map(({ until }) => until));
}
