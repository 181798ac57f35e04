import { filled, sourcesIn } from './template.ts';
import { guarded } from './guarded.ts';
import { takeBuffered } from './signals.ts';
import { beginStep, execute } from './step-begin.ts';
import { progressStep } from './step-progress.ts';
import { beginUndoing, endRun, isUnderWay, stopRun } from './stopping.ts';
import { factsFor, messageOf, stepOf, type Turn } from './turn.ts';

/** Begins all that can begin, and ends what has nothing left to do. */
export function settle(turn: Turn): void {
  const { run } = turn;
  while (run.status === 'RUNNING' && !run.isPaused && beginReady(turn)) continue;
  if (run.status === 'RUNNING' && !run.isPaused && isComplete(turn)) finish(turn);
  if (run.status === 'STOPPING' && !isUnderWay(turn)) beginUndoing(turn);
}

/** Whether anything was begun. */
function beginReady(turn: Turn): boolean {
  const { run } = turn;
  let hasBegun = false;
  for (const id of Object.keys(run.playbook.steps)) {
    if (run.status !== 'RUNNING') return false;
    const state = run.steps[id];
    const isApproved = state?.status === 'DECIDING' && state.approval?.isApproved === true;
    if (!isApproved && (state !== undefined || !isReady(turn, id))) continue;
    hasBegun = true;
    guarded(turn, id, () => {
      if (isApproved) execute(turn, id, stepOf(turn, id));
      else beginStep(turn, id);
      if (run.steps[id]?.parts?.length === 0) progressStep(turn, id);
      takeBuffered(turn, id);
    });
  }
  return hasBegun;
}

function isReady({ run }: Turn, id: string): boolean {
  return (run.playbook.steps[id]?.needs ?? []).every((need) => hasEnded(run.steps[need]?.status));
}

const hasEnded = (status: string | undefined): boolean => status === 'COMPLETED' || status === 'SKIPPED';

function isComplete({ run }: Turn): boolean {
  return Object.keys(run.playbook.steps).every((id) => hasEnded(run.steps[id]?.status));
}

function finish(turn: Turn): void {
  const { run } = turn;
  const { output, name } = run.playbook;
  try {
    const yielded = output === undefined ? {} : filled(output, 'step', factsFor(turn, sourcesIn(output)));
    endRun(turn, 'RUN_COMPLETED', `${name} completed`, null, yielded);
  } catch (error) {
    const why = `its output can't be made: ${messageOf(error)}`;
    stopRun(turn, { why, kind: 'failure', stepId: null, only: null, hasAsked: true });
  }
}
