import { falseApprovals, type ClassRecord } from './class-record.ts';
import type { Settings } from './settings.ts';

export const hourMs = 3_600_000;

/** A change that was approved automatically, and when. */
export interface Granted {
  readonly changeId: string;
  readonly target: string;
  readonly changeClass: string;
  readonly at: number;
}

/** One wrong approval may be bad luck; from two on their share counts. */
const fewestWrong = 2;

/** Why no room is left for a change, a sentence; undefined when there is. `granted`: those of the last hour. */
export function usedUp(
  { target, changeClass }: Pick<Granted, 'target' | 'changeClass'>,
  { granted, classes }: { readonly granted: readonly Granted[]; readonly classes: readonly ClassRecord[] },
  { maxPerHour, maxPerTargetPerHour, maxPerClassPerHour, maxFalseShare, falseWithinMs }: Settings,
  now: number,
): string | undefined {
  const ofTarget = granted.filter((each) => each.target === target).length;
  const ofClass = granted.filter((each) => each.changeClass === changeClass).length;
  if (granted.length >= maxPerHour) return budget(granted.length, maxPerHour, 'in all');
  if (ofTarget >= maxPerTargetPerHour) return budget(ofTarget, maxPerTargetPerHour, `for ${target}`);
  if (ofClass >= maxPerClassPerHour) return budget(ofClass, maxPerClassPerHour, `of class ${changeClass}`);
  const { count, wrong } = falseApprovals(classes, changeClass, now - falseWithinMs);
  return wrong >= fewestWrong && wrong / count > maxFalseShare
    ? `The budget of false approvals is used up: ${wrong} of ${count} automatic approvals of class ${changeClass} had to be taken back (limit ${Math.round(100 * maxFalseShare)} %).`
    : undefined;
}

function budget(used: number, limit: number, what: string): string {
  return `The budget is used up: ${used} automatic approvals ${what} within an hour (limit ${limit}).`;
}
