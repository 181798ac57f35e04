import type { TaskResult } from '@muster/schemas';

/** Who failed like this did not begin. */
const notBegun: ReadonlySet<unknown> = new Set([
  'KillSwitch',
  'Overloaded',
  'BreakerOpen',
  'NobodyThere',
  'MeshStarting',
  'BadInput',
  'BadVersionRange',
  'ScopeMissing',
  'NotApproved',
  'UnknownCapability',
  'VersionNotOffered',
  'Unroutable',
]);

/**
 * Whether a task that has no good end may have been done all the same: it was begun and its end is not known, as when an agent died over it.
 * Recovery tells of every attempt of a task that it gave up; an attempt that failed for good was not done.
 */
export function mayBeDone({ status, startedAt, fault, output, attempt }: TaskResult): boolean {
  if (status === 'EXPIRED' || status === 'UNROUTABLE') return startedAt !== null || attempt > 1;
  if (status !== 'ABANDONED') return false;
  const history = historyIn(output);
  if (history === undefined) return fault?.class !== 'PERMANENT' && !notBegun.has(fault?.type);
  const isOut = Number(history.at(-1)?.['attempt'] ?? 0) < attempt;
  return (
    isOut ||
    history.some(({ kind, type, strategy }) => kind !== 'permanent' && strategy !== 'wait' && !notBegun.has(type))
  );
}

function historyIn(output: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  try {
    const { history } = JSON.parse(output) as { readonly history?: unknown };
    return Array.isArray(history) ? (history as Readonly<Record<string, unknown>>[]) : undefined;
  } catch {
    return undefined;
  }
}
