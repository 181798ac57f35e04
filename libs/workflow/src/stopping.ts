/** How a run ends when not all went well: what is under way is waited for, then what was done is undone, the last first. */
import { durationMs } from './duration.ts';
import type { EndKind, Stop } from './run.ts';
import { filled, sourcesIn } from './template.ts';
import { factsFor, messageOf, put, putPart, stepOf, taskIdOf, tell, type Turn } from './turn.ts';

const personMs = 24 * 3_600_000;
const undoTimeout = '5m';
const graceMs = 5_000;

/** A step failed. What it was to verify is undone in any case. */
export function failStep(turn: Turn, id: string, why: string, kind: 'failure' | 'denied' = 'failure'): void {
  const text = kind === 'denied' ? `${id} was not done: ${why}` : `${id} failed: ${why}`;
  put(turn, id, { status: 'FAILED', why, until: undefined });
  tell(turn, 'STEP_FAILED', text, { stepId: id });
  const { onFailure = 'compensate' } = turn.run.playbook;
  const verified = stepOf(turn, id).verifies ?? '';
  const only = onFailure === 'compensate' ? null : verified;
  stopRun(turn, { why: text, kind, stepId: id, only, hasAsked: false });
}

/** Nothing more is begun. The first reason counts, but a cancelled run is cancelled. */
export function stopRun(turn: Turn, stop: Stop): void {
  const { run } = turn;
  if (run.status !== 'RUNNING') {
    if (run.status === 'STOPPING' && stop.kind === 'cancel') run.stop = stop;
    return;
  }
  run.status = 'STOPPING';
  run.stop = stop;
  for (const [id, { status, parts }] of Object.entries(run.steps)) {
    const isUnderWay = parts?.some((part) => part.status === 'RUNNING') === true;
    if (status === 'DECIDING' || (status === 'RUNNING' && !isUnderWay))
      put(turn, id, { status: 'DROPPED', until: undefined });
    if (stepOf(turn, id).playbook === undefined) continue;
    for (const [index, part] of (parts ?? []).entries())
      if (part.status === 'RUNNING')
        turn.commands.push({ kind: 'cancelRun', workflowId: taskIdOf(turn, id, index + 1), reason: stop.why });
  }
}

export function isUnderWay({ run }: Turn): boolean {
  return Object.values(run.steps).some(({ parts }) => parts?.some(({ status }) => status === 'RUNNING') === true);
}

/** All that was under way has ended: undoes what there is to undo. */
export function beginUndoing(turn: Turn): void {
  const { run } = turn;
  for (const [id, { status }] of Object.entries(run.steps))
    if (status === 'RUNNING') put(turn, id, { status: 'DROPPED', until: undefined });
  run.status = 'UNDOING';
  if (run.done.some(([id]) => isMeant(turn, id) && typeof stepOf(turn, id).compensate === 'object'))
    tell(turn, 'RUN_COMPENSATING', `what was done is undone, the last first: ${run.stop?.why ?? ''}`, {
      stepId: run.stop?.stepId ?? null,
    });
  undoNext(turn);
}

const isMeant = ({ run }: Turn, id: string): boolean => (run.stop?.only ?? id) === id;

/** Undoes the last of what is done; when nothing is left, ends the run or asks a person. */
function undoNext(turn: Turn): void {
  const { run, now } = turn;
  for (;;) {
    // What was given up comes last of all: until then a late result can tell more.
    const known = run.done.findLastIndex(([id, , isOpen]) => !isOpen && isMeant(turn, id));
    const place = known >= 0 ? known : run.done.findLastIndex(([id]) => isMeant(turn, id));
    const [entry] = place < 0 ? [] : run.done.splice(place, 1);
    if (entry === undefined) return afterUndoing(turn);
    const [stepId, part] = entry;
    const step = stepOf(turn, stepId);
    const { compensate } = step;
    if (compensate === 'none') continue;
    if (compensate === undefined) {
      // Whoever asked for approval, or verifies it, says that it has an effect.
      const isVerified = Object.values(run.playbook.steps).some(({ verifies }) => verifies === stepId);
      if (step.approve !== undefined || isVerified) cannotUndo(turn, stepId, 'the playbook does not say how');
      continue;
    }
    const state = run.steps[stepId];
    const isCertain = state?.status === 'COMPLETED' || state?.parts?.[part - 1]?.status === 'COMPLETED';
    const output =
      state?.parts?.[part - 1]?.output ??
      (state?.items === undefined ? state?.output : (state.output as unknown[] | undefined)?.[part - 1]) ??
      null;
    try {
      const facts = factsFor(turn, sourcesIn(compensate), {
        item: state?.items?.[part - 1] ?? null,
        index: part - 1,
        output,
      });
      const capability = filled(compensate.capability, 'undo', facts);
      if (typeof capability !== 'string' || capability === '') {
        cannotUndo(turn, stepId, 'nothing is known that undoes it');
        continue;
      }
      const target = filled(step.target ?? run.about.target, 'undo', facts);
      const deadline = now + durationMs(compensate.timeout ?? step.timeout ?? undoTimeout);
      const taskId = `${taskIdOf(turn, stepId, part)}/undo`;
      turn.commands.push({
        kind: 'task',
        task: {
          taskId,
          stepId,
          capability,
          version: '*',
          input: filled(compensate.with ?? {}, 'undo', facts),
          target: typeof target === 'string' ? target : null,
          // Who may do it may undo it.
          changeId: state?.approval?.changeId ?? run.about.changeId,
          deadline,
          maxAttempts: null,
          scopes: run.playbook.scopes ?? [],
          avoid: [],
          reason: `undoes ${stepId} of playbook ${run.playbook.name}: ${run.stop?.why ?? ''}`.slice(0, 500),
          isUndo: true,
        },
      });
      if (state?.parts?.[part - 1]?.status === 'GIVEN_UP') putPart(turn, stepId, part, { status: 'FAILED' });
      run.undoing = { stepId, part, begunAt: now, until: deadline + graceMs };
      return tell(turn, 'STEP_COMPENSATING', `${stepId} is being undone: ${capability}`, { stepId, taskId });
    } catch (error) {
      const why = messageOf(error);
      cannotUndo(turn, stepId, isCertain ? why : `whether it was done is not known, and ${why}`);
    }
  }
}

function cannotUndo(turn: Turn, stepId: string, why: string): void {
  turn.run.notUndone = [...turn.run.notUndone, `${stepId} can't be undone: ${why}`.slice(0, 300)].slice(0, 20);
  tell(turn, 'STEP_COMPENSATION_FAILED', `${stepId} can't be undone: ${why}`, { stepId });
}

/** The task that undoes something ended. */
export function undone(turn: Turn, why: string | undefined): void {
  const { run } = turn;
  const { stepId = '' } = run.undoing ?? {};
  delete run.undoing;
  if (why === undefined) {
    run.undoneCount += 1;
    tell(turn, 'STEP_COMPENSATED', `${stepId} was undone`, { stepId });
  } else cannotUndo(turn, stepId, why);
  undoNext(turn);
}

function afterUndoing(turn: Turn): void {
  const { run } = turn;
  const { why = '', kind = 'failure', stepId = null, hasAsked = false } = run.stop ?? {};
  if (run.notUndone.length > 0)
    return waitForPerson(turn, `${why}; ${run.notUndone.join('; ')}. Look after it, and answer when it is settled.`);
  if ((kind === 'failure' || kind === 'denied') && !hasAsked) {
    const { onFailure } = run.playbook;
    const undoneText = run.undoneCount > 0 ? 'what it verifies was undone; ' : '';
    if (onFailure === 'ask') return waitForPerson(turn, `${why}; ${undoneText}shall everything else be undone, too?`);
    if (onFailure === 'stop')
      return endRun(
        turn,
        kind === 'denied' ? 'RUN_CANCELLED' : 'RUN_FAILED',
        `${why}; ${undoneText}the rest stays as it is`,
      );
  }
  const undoneText = run.undoneCount > 0 ? 'what was done was undone' : 'nothing had to be undone';
  const end = kind === 'failure' ? 'RUN_COMPENSATED' : 'RUN_CANCELLED';
  const remark = kind === 'denied' ? '; that is no failure of the playbook' : '';
  endRun(turn, end, `${why}; ${undoneText}${remark}`, stepId);
}

function waitForPerson(turn: Turn, text: string): void {
  turn.run.status = 'WAITS_FOR_PERSON';
  turn.run.personUntil = turn.now + personMs;
  tell(turn, 'RUN_WAITS_FOR_PERSON', text, { stepId: turn.run.stop?.stepId ?? null });
}

/** A person answered, or nobody did (`undefined`): then what can be undone is. */
export function answered(turn: Turn, answer: boolean | undefined, by: string): void {
  const { run } = turn;
  const why = run.stop?.why ?? '';
  delete run.personUntil;
  if (run.notUndone.length > 0)
    return endRun(
      turn,
      'RUN_FAILED',
      `${why}; ${answer === undefined ? 'nobody answered' : `${by} took it over`}: ${run.notUndone.join('; ')}`,
    );
  if (answer === false) return endRun(turn, 'RUN_FAILED', `${why}; ${by} left it as it is`);
  if (run.stop !== undefined) run.stop = { ...run.stop, only: null, hasAsked: true };
  run.status = 'UNDOING';
  tell(
    turn,
    'RUN_COMPENSATING',
    answer === true ? `${by} wants everything undone` : 'nobody answered: everything is undone',
  );
  undoNext(turn);
}

export function endRun(
  turn: Turn,
  kind: EndKind,
  text: string,
  stepId: string | null = null,
  output: unknown = {},
): void {
  const { run, now } = turn;
  run.status = 'ENDED';
  run.end = { kind, text: text.slice(0, 500), at: now, output };
  tell(turn, kind, text, { stepId, output, changeId: run.about.changeId });
  const { parent } = run.about;
  if (parent === null) return;
  const payload = { workflowId: run.workflowId, kind, text: text.slice(0, 500), output };
  turn.commands.push({
    kind: 'signalRun',
    workflowId: parent.workflowId,
    signal: `run-ended:${parent.stepId}`,
    payload,
  });
}
