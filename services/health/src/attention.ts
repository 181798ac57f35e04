/** Whether somebody looks at a target, as its results tell. */
import type { CheckMemory } from './check-memory.ts';
import type { TargetState } from './target-state.ts';

type Checks = TargetState['checks'];

/** A result may be so old when it is heard, ms; one that seems older comes from a clock that is wrong. */
const mostDelayedMs = 30_000;

/**
 * When a check was made, in the log's time, epoch ms: who made it may have a clock that is ahead, behind, or set meanwhile. `before` is what is known of
 * the check; what its maker says is later than that is later, though both were held up and came together.
 */
export function madeAt(saidAt: number, heardAt: number, before: CheckMemory | undefined): number {
  const at = Math.min(Math.max(saidAt, heardAt - mostDelayedMs), heardAt);
  const isLater = before !== undefined && saidAt > before.saidAt && saidAt <= heardAt;
  return isLater ? Math.max(at, before.checkedAt + 1) : at;
}

/** So long after its last result a target is UNKNOWN: any of its checks could have come three times, and a little more. */
export function staleAfterMs(checks: Checks): number {
  return threeOf(Math.max(0, ...everyMsOf(checks)));
}

/** Whether nobody looked between two results of a target: even its most frequent check is missing. */
export function isPause(checks: Checks, fromAt: number, toAt: number): boolean {
  return toAt - fromAt > threeOf(Math.min(...everyMsOf(checks)));
}

/** When looking began again, the result at `at` included: what was missing before is no sign that it is not checked any more. */
export function resumption({ checks, checkedAt, resumedAt }: TargetState, at: number): number {
  // After one pause another: what is left is made that rarely.
  const isPace = resumedAt === checkedAt;
  return isPause(checks, checkedAt, at) && !isPace ? at : resumedAt;
}

/** Without the checks that are not made any more while others are. */
export function lively(checks: Checks, at: number, resumedAt: number): Checks {
  const alive = Object.entries(checks).filter(
    ([, memory]) => at - Math.max(memory.checkedAt, resumedAt) <= threeOf(memory.everyMs),
  );
  return Object.fromEntries(alive);
}

function everyMsOf(checks: Checks): number[] {
  return Object.values(checks).map(({ everyMs }: CheckMemory) => everyMs);
}

function threeOf(everyMs: number): number {
  return 30_000 + 3 * Math.max(10_000, everyMs);
}
