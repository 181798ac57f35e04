import type { ChangeHistory } from '@muster/policy';

/** How one change ended. */
export interface ChangeEnd {
  readonly at: number;
  readonly target: string;
  readonly isVerified: boolean;
  /** Approved without a person. */
  readonly isAutomatic: boolean;
}

/** How the latest changes of a class ended, oldest first. */
export interface ClassRecord {
  readonly changeClass: string;
  readonly ends: readonly ChangeEnd[];
}

const mostEnds = 100;
const mostClasses = 100;
const dayMs = 24 * 3_600_000;

export function withOutcome(
  records: readonly ClassRecord[],
  changeClass: string,
  end: ChangeEnd,
): readonly ClassRecord[] {
  const ends = records.find((record) => record.changeClass === changeClass)?.ends ?? [];
  const others = records.filter((record) => record.changeClass !== changeClass);
  return [...others.slice(-(mostClasses - 1)), { changeClass, ends: [...ends.slice(-(mostEnds - 1)), end] }];
}

export function historyOf(
  records: readonly ClassRecord[],
  { changeClass, target }: { readonly changeClass: string; readonly target: string },
  now: number,
): ChangeHistory {
  const own = endsOf(records, changeClass);
  const isFailure = ({ at, isVerified }: ChangeEnd): boolean => !isVerified && at > now - dayMs;
  return {
    verified: own.filter(({ isVerified }) => isVerified).length,
    rolledBack: own.filter(({ isVerified }) => !isVerified).length,
    recentFailures: own.filter(isFailure).length,
    targetFailures: records.flatMap(({ ends }) => ends).filter((end) => end.target === target && isFailure(end)).length,
  };
}

/** Of the automatic approvals of a class that ended since `from`: how many, and how many of them were wrong. */
export function falseApprovals(
  records: readonly ClassRecord[],
  changeClass: string,
  from: number,
): { readonly count: number; readonly wrong: number } {
  const ends = endsOf(records, changeClass).filter(({ at, isAutomatic }) => isAutomatic && at > from);
  return { count: ends.length, wrong: ends.filter(({ isVerified }) => !isVerified).length };
}

function endsOf(records: readonly ClassRecord[], changeClass: string): readonly ChangeEnd[] {
  return records.find((record) => record.changeClass === changeClass)?.ends ?? [];
}
