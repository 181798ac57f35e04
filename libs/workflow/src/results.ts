import { readOutput } from './outputs.ts';
import type { PartState, RunEvent } from './run.ts';
import { noteDone, noteNotDone } from './done.ts';
import { guarded } from './guarded.ts';
import { endPart } from './step-progress.ts';
import { undone } from './stopping.ts';
import { putPart, tell, type Turn } from './turn.ts';

type Result = Extract<RunEvent, { kind: 'result' }>;

/** The result of a task; why it changed nothing. The first final one counts. */
export function takeResult(turn: Turn, result: Result): string | undefined {
  const { run } = turn;
  const { taskId, status } = result;
  if (!taskId.startsWith(`${run.workflowId}/`)) return 'nobody here asked for this task';
  const [stepId = '', number = '', undo] = taskId.slice(run.workflowId.length + 1).split('/');
  const part = Number(number);
  if (status === 'FAILED') return 'an attempt failed; whether there is another is for recovery to say';
  const hasCompleted = status === 'COMPLETED' || status === 'PARTIAL';
  const why = `${status}: ${result.fault ?? 'no reason given'}`;
  if (undo !== undefined) {
    const { undoing } = run;
    if (undoing?.stepId !== stepId || undoing.part !== part) return 'nobody waits for this result';
    undone(turn, hasCompleted ? undefined : why);
    return undefined;
  }
  const known = Object.hasOwn(run.steps, stepId) ? run.steps[stepId]?.parts?.[part - 1] : undefined;
  if (known === undefined) return 'nobody here asked for this task';
  if (known.status === 'GIVEN_UP' && hasCompleted) return takeLate(turn, stepId, part, result);
  if (known.status === 'GIVEN_UP') {
    putPart(turn, stepId, part, { status: 'FAILED', why, agent: result.agent });
    if (result.mayBeDone === true) noteDone(turn, stepId, part);
    else noteNotDone(turn, stepId, part);
    return undefined;
  }
  if (known.status !== 'RUNNING') return 'the task has its result already';
  if (!hasCompleted) {
    if (result.mayBeDone === true) noteDone(turn, stepId, part);
    guarded(turn, stepId, () => endPart(turn, stepId, part, { status: 'FAILED', why, agent: result.agent }));
  } else {
    const read = readOutput(turn, result.output);
    const state: PartState = {
      status: 'COMPLETED',
      agent: result.agent,
      ...('output' in read ? { output: read.output } : {}),
      ...(status === 'PARTIAL' ? { isPartial: true } : {}),
    };
    if ('output' in read) guarded(turn, stepId, () => endPart(turn, stepId, part, state));
    else {
      // It was done all the same, and so it is undone.
      noteDone(turn, stepId, part);
      endPart(turn, stepId, part, { status: 'FAILED', why: read.why, agent: result.agent });
    }
  }
  return undefined;
}

/** Done after it was given up: it has to be undone like everything else. */
function takeLate(turn: Turn, stepId: string, part: number, { agent, output }: Result): string | undefined {
  const read = readOutput(turn, output);
  putPart(turn, stepId, part, { status: 'COMPLETED', agent, ...('output' in read ? { output: read.output } : {}) });
  noteDone(turn, stepId, part);
  tell(turn, 'STEP_COMPLETED', `${stepId} completed after it was given up`, { stepId });
  return undefined;
}
