import { complete, mostInput } from './outputs.ts';
import type { RunEvent } from './run.ts';
import { guarded } from './guarded.ts';
import { endPart } from './step-progress.ts';
import { answered, failStep, stopRun } from './stopping.ts';
import { put, stepOf, tell, type Turn } from './turn.ts';

type Signal = Extract<RunEvent, { kind: 'signal' }>;

const mostSignals = 20;
const mostPayload = 4_096;
const decisionGraceMs = 60_000;

/** A signal; why it changed nothing. */
export function takeSignal(turn: Turn, signal: Signal): string | undefined {
  const { run } = turn;
  const { name, payload } = signal;
  const [kind, about] = splitOnce(name);
  const size = (JSON.stringify(payload) ?? '').length;
  if (size > mostInput || (kind !== 'run-ended' && size > mostPayload))
    return `the signal ${name} carries ${size} characters (limit ${mostPayload})`;
  if (kind === 'decision') return decide(turn, about, payload);
  if (kind === 'run-ended') return childEnded(turn, about, payload);
  if (kind === 'answer') return takeAnswer(turn, about, signal);
  const waiting = Object.keys(run.steps).find((id) => run.steps[id]?.status === 'RUNNING' && waitsFor(turn, id, name));
  if (waiting !== undefined) {
    tell(turn, 'RUN_SIGNALLED', `${name} came${by(signal)}`, { stepId: waiting });
    completeStep(turn, waiting, stepOf(turn, waiting).ask === undefined ? payload : { answer: null, until: name });
    return undefined;
  }
  const mayWait =
    run.status === 'RUNNING' &&
    Object.keys(run.playbook.steps).some((id) => run.steps[id] === undefined && waitsFor(turn, id, name));
  if (!mayWait) return `nobody waits for the signal ${name}`;
  if (run.signals.length >= mostSignals) return `${mostSignals} signals wait already`;
  run.signals = [...run.signals, { name, payload }];
  tell(turn, 'RUN_SIGNALLED', `${name} came${by(signal)}, before anybody waited for it`);
  return undefined;
}

/** A step that just began to wait may find its signal there. */
export function takeBuffered(turn: Turn, id: string): void {
  const { run } = turn;
  if (run.steps[id]?.status !== 'RUNNING') return;
  const place = run.signals.findIndex(({ name }) => waitsFor(turn, id, name));
  const found = run.signals[place];
  if (found === undefined) return;
  run.signals = run.signals.filter((_, index) => index !== place);
  completeStep(turn, id, stepOf(turn, id).ask === undefined ? found.payload : { answer: null, until: found.name });
}

function waitsFor(turn: Turn, id: string, name: string): boolean {
  const { wait, ask } = stepOf(turn, id);
  return wait?.signal === name || ask?.until === name;
}

export function completeStep(turn: Turn, id: string, output: unknown): void {
  guarded(turn, id, () => {
    complete(turn, id, output ?? {});
    tell(turn, 'STEP_COMPLETED', `${id} completed`, { stepId: id, output: output ?? {} });
  });
}

function decide(turn: Turn, id: string, payload: unknown): string | undefined {
  const state = Object.hasOwn(turn.run.steps, id) ? turn.run.steps[id] : undefined;
  if (state?.status !== 'DECIDING' || state.approval === undefined || state.approval.isApproved)
    return 'no step waits for this decision';
  const { verdict, isShadow, reason, changeId, expiresAt, deniedBy } = payload as Readonly<Record<string, unknown>>;
  if (changeId !== state.approval.changeId) return 'the decision is about another change';
  const limit = typeof expiresAt === 'number' ? expiresAt : null;
  const why = typeof reason === 'string' ? reason : '';
  if (verdict === 'ESCALATED') {
    put(turn, id, { until: Math.max(state.until ?? 0, (limit ?? 0) + decisionGraceMs) });
    tell(turn, 'STEP_WAITING', `${id} waits for people to review its change: ${why}`, {
      stepId: id,
      changeId: state.approval.changeId,
    });
  } else if (verdict !== 'APPROVED' && typeof deniedBy === 'string')
    failStep(turn, id, `${deniedBy} denied its change: ${why}`, 'denied');
  else if (verdict !== 'APPROVED')
    failStep(turn, id, `its change was ${verdict === 'EXPIRED' ? 'not decided in time' : 'rejected'}: ${why}`);
  else if (isShadow === true) {
    const what = `shadow mode: ${id} would have done ${state.call?.capability ?? ''} on ${state.call?.target ?? 'nothing in particular'}`;
    tell(turn, 'STEP_SKIPPED', what, { stepId: id, changeId: state.approval.changeId });
    stopRun(turn, { why: what, kind: 'shadow', stepId: id, only: null, hasAsked: true });
  } else put(turn, id, { approval: { ...state.approval, isApproved: true, expiresAt: limit }, until: undefined });
  return undefined;
}

function childEnded(turn: Turn, about: string, payload: unknown): string | undefined {
  const [id = '', number = '1'] = about.split('/');
  const part = Number(number);
  const state = Object.hasOwn(turn.run.steps, id) ? turn.run.steps[id]?.parts?.[part - 1] : undefined;
  if (state?.status !== 'RUNNING' || stepOf(turn, id).playbook === undefined) return 'no step waits for this run';
  const { kind, text, output } = payload as Readonly<Record<string, unknown>>;
  guarded(turn, id, () => {
    if (kind === 'RUN_COMPLETED') endPart(turn, id, part, { status: 'COMPLETED', output: output ?? {} });
    else endPart(turn, id, part, { status: 'FAILED', why: String(text) });
  });
  return undefined;
}

/** A person's answer: to a step that asks, or to the run that waits for one. */
function takeAnswer(turn: Turn, id: string, { payload, by: person }: Signal): string | undefined {
  const { run } = turn;
  const { answer } = (payload ?? {}) as Readonly<Record<string, unknown>>;
  if (run.status === 'WAITS_FOR_PERSON') {
    if (typeof answer !== 'boolean') return 'the answer is neither yes nor no';
    answered(turn, answer, person || 'somebody');
    return undefined;
  }
  const isAsking =
    Object.hasOwn(run.steps, id) && run.steps[id]?.status === 'RUNNING' && stepOf(turn, id).ask !== undefined;
  if (!isAsking) return `step ${id} asks nobody`;
  completeStep(turn, id, { ...(payload as object), by: person });
  return undefined;
}

function splitOnce(name: string): [string, string] {
  const at = name.indexOf(':');
  return at < 0 ? ['', name] : [name.slice(0, at), name.slice(at + 1)];
}

const by = ({ by: who }: Signal): string => (who === '' ? '' : ` from ${who}`);
