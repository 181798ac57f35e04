import { guarded } from './guarded.ts';
import type { Run } from './run.ts';
import { completeStep } from './signals.ts';
import { waitedFor } from './step-begin.ts';
import { giveUpPart } from './step-progress.ts';
import { answered, failStep, stopRun, undone } from './stopping.ts';
import { stepOf, tell, type Turn } from './turn.ts';
import { durationText } from './duration.ts';

/** Whatever is due by now; why nothing changed. */
export function passTimers(turn: Turn): string | undefined {
  const { run, now } = turn;
  let isAnyDue = false;
  const isDue = (until: number | undefined): boolean => {
    const isPast = until !== undefined && until <= now;
    isAnyDue ||= isPast;
    return isPast;
  };
  for (const id of Object.keys(run.steps)) {
    const state = run.steps[id];
    if (isDue(state?.until)) passStep(turn, id);
    for (const [index, part] of (state?.parts ?? []).entries())
      if (part.status === 'RUNNING' && isDue(part.until)) guarded(turn, id, () => giveUpPart(turn, id, index + 1));
  }
  if (run.undoing !== undefined && isDue(run.undoing.until)) undone(turn, 'no result came in time');
  if (run.status === 'WAITS_FOR_PERSON' && isDue(run.personUntil)) answered(turn, undefined, '');
  if (run.status === 'RUNNING' && isDue(run.deadlineAt)) {
    if (run.isPaused) tell(turn, 'RUN_RESUMED', 'its deadline has passed while it was paused');
    run.isPaused = false;
    const why = `the run took longer than ${durationText(run.deadlineAt - run.startedAt)}`;
    const only = (run.playbook.onFailure ?? 'compensate') === 'compensate' ? null : '';
    stopRun(turn, { why, kind: 'failure', stepId: null, only, hasAsked: false });
  }
  return isAnyDue ? undefined : 'nothing is due';
}

function passStep(turn: Turn, id: string): void {
  const step = stepOf(turn, id);
  if (turn.run.steps[id]?.status === 'DECIDING') failStep(turn, id, 'no decision on its change came in time');
  else if (step.sleep !== undefined) completeStep(turn, id, {});
  else if (step.wait !== undefined)
    failStep(turn, id, `the signal ${step.wait.signal} did not come within ${waitedFor(step)}`);
  else if (step.ask !== undefined) failStep(turn, id, `nobody answered within ${waitedFor(step)}`);
}

/** When the run wants to be woken; null: never. */
export function wakeAtOf(run: Run): number | null {
  if (run.status === 'ENDED') return null;
  let at = Infinity;
  for (const { until, parts } of Object.values(run.steps)) {
    if (until !== undefined && until < at) at = until;
    for (const part of parts ?? [])
      if (part.status === 'RUNNING' && part.until !== undefined && part.until < at) at = part.until;
  }
  if (run.status === 'RUNNING') at = Math.min(at, run.deadlineAt);
  at = Math.min(at, run.undoing?.until ?? Infinity, run.personUntil ?? Infinity);
  return at === Infinity ? null : at;
}
