/** Beginning steps. */
import { durationMs, durationText } from './duration.ts';
import { mostItems, type Step } from './form.ts';
import { mostInput } from './outputs.ts';
import type { Approval, Call, PartState } from './run.ts';
import { attempt, StepFailure } from './step-failure.ts';
import { conditionOf, filled, sourcesIn, type Facts } from './template.ts';
import { factsFor, put, putPart, stepOf, taskIdOf, tell, type Turn } from './turn.ts';

const defaults = { capability: '5m', playbook: '1h', vote: '5m', wait: '1h', ask: '24h', approve: '1h' } as const;
const usualParallel = 5;
/** A verdict of the router or a result of the last moment may still be on its way when a deadline has passed. */
const graceMs = 5_000;
const decisionGraceMs = 60_000;

/** Begins a step whose needs have ended; it may be skipped, or over, at once. Throws a StepFailure. */
export function beginStep(turn: Turn, id: string): void {
  const step = stepOf(turn, id);
  const { verifies, when } = step;
  if (verifies !== undefined && turn.run.steps[verifies]?.status === 'SKIPPED')
    return skipStep(turn, id, `there is nothing to verify: ${verifies} was skipped`);
  if (when !== undefined && !attempt(() => conditionOf('step', when).holds(factsFor(turn, [when]))))
    return skipStep(turn, id, `its condition does not hold: ${when}`);
  if (step.approve !== undefined) return askForApproval(turn, id, step, step.approve);
  execute(turn, id, step);
}

export function skipStep(turn: Turn, id: string, why: string): void {
  put(turn, id, { status: 'SKIPPED', why, until: undefined });
  tell(turn, 'STEP_SKIPPED', `${id} was skipped: ${why}`, { stepId: id });
}

function askForApproval(turn: Turn, id: string, step: Step, approve: NonNullable<Step['approve']>): void {
  const { run, now } = turn;
  const call = callOf(turn, step, { item: null, index: 0 }, step.target);
  const changeId = `${run.workflowId}/${id}`;
  const expiresAt = now + durationMs(approve.expires ?? defaults.approve);
  const fill = (value: unknown): unknown => attempt(() => filled(value, 'step', factsFor(turn, sourcesIn(value))));
  const blastRadius = Number(fill(approve.blastRadius ?? 0));
  if (!(blastRadius >= 0 && blastRadius <= 1))
    throw new StepFailure('the blast radius of its change is not between 0 and 1');
  turn.commands.push({
    kind: 'changeRequest',
    request: {
      ...call,
      changeId,
      stepId: id,
      title: titleOf(approve.class, call, step),
      reason: String(fill(approve.reason ?? `step ${id} of playbook ${run.playbook.name}`)),
      changeClass: approve.class,
      version: step.version ?? '*',
      undo: undoOf(turn, step),
      blastRadius,
      requires: approve.requires ?? [],
      reviewers: approve.reviewers ?? 0,
      roles: approve.roles ?? [],
      expiresAt,
    },
  });
  put(turn, id, {
    status: 'DECIDING',
    call,
    approval: { changeId, isApproved: false, expiresAt: null },
    until: expiresAt + decisionGraceMs,
  });
  tell(turn, 'STEP_WAITING', `${id} waits for a decision on its change`, { stepId: id, changeId });
}

/** `Restart shop`; with the description of the step, where it has one. */
function titleOf(changeClass: string, { target, capability }: Call, { description }: Step): string {
  const words = changeClass.replaceAll(/[-_]+/g, ' ').trim() || capability;
  const what = `${words.charAt(0).toUpperCase()}${words.slice(1)}${target === null ? '' : ` ${target}`}`;
  return description === undefined ? what : `${what}: ${description}`;
}

/** What would undo it, as far as it is known before it is done. */
function undoOf(turn: Turn, { compensate }: Step): { capability: string; input: unknown } | null {
  if (typeof compensate !== 'object') return null;
  try {
    const facts = factsFor(turn, sourcesIn(compensate), { item: null, index: 0, output: {} });
    const capability = filled(compensate.capability, 'undo', facts);
    return typeof capability === 'string' ? { capability, input: filled(compensate.with ?? {}, 'undo', facts) } : null;
  } catch {
    // Its input is known only from the step's output. That something undoes it is known, and whoever decides has to know.
    const { capability } = compensate;
    return capability.includes('${') ? null : { capability, input: {} };
  }
}

/** Does what the step says: the call that was approved, if one was. Throws a StepFailure. */
export function execute(turn: Turn, id: string, step: Step): void {
  const { now } = turn;
  const timeoutMs = (usual: string): number => durationMs(step.timeout ?? step.wait?.timeout ?? usual);
  if (step.sleep !== undefined) {
    put(turn, id, { status: 'RUNNING', until: now + durationMs(step.sleep) });
    return tell(turn, 'STEP_STARTED', `${id} sleeps for ${step.sleep}`, { stepId: id });
  }
  if (step.wait !== undefined) {
    put(turn, id, { status: 'RUNNING', until: now + timeoutMs(defaults.wait) });
    return tell(turn, 'STEP_WAITING', `${id} waits for the signal ${step.wait.signal}`, { stepId: id });
  }
  if (step.ask !== undefined) {
    const { question } = step.ask;
    const text = String(attempt(() => filled(question, 'step', factsFor(turn, sourcesIn(question)))));
    put(turn, id, { status: 'RUNNING', until: now + timeoutMs(defaults.ask) });
    return tell(turn, 'RUN_WAITS_FOR_PERSON', text, { stepId: id });
  }
  const items = step.forEach === undefined ? undefined : itemsOf(turn, step.forEach);
  const count = step.vote?.of ?? items?.length ?? 1;
  const parts = Array.from({ length: count }, (): PartState => ({ status: 'WAITING' }));
  put(turn, id, { status: 'RUNNING', until: undefined, parts, ...(items === undefined ? {} : { items }) });
  const what = step.capability ?? step.vote?.capability ?? `playbook ${step.playbook}`;
  const times = count === 1 ? '' : `, ${count} times`;
  const changeId = turn.run.steps[id]?.approval?.changeId ?? turn.run.about.changeId;
  tell(turn, 'STEP_STARTED', `${id} began: ${what}${times}`, {
    stepId: id,
    changeId,
    ...(count === 1 && step.playbook === undefined ? { taskId: taskIdOf(turn, id, 1) } : {}),
  });
  beginParts(turn, id);
}

function itemsOf(turn: Turn, forEach: NonNullable<Step['forEach']>): readonly unknown[] {
  const items = attempt(() => filled(forEach, 'step', factsFor(turn, sourcesIn(forEach))));
  if (!Array.isArray(items)) throw new StepFailure(`forEach is ${typeof items}, but must be a list`);
  if (items.length > mostItems) throw new StepFailure(`forEach has ${items.length} items (limit ${mostItems})`);
  const size = JSON.stringify(items).length;
  if (size > mostInput) throw new StepFailure(`the items of forEach have ${size} characters (limit ${mostInput})`);
  return items;
}

/** Begins as many parts as may run at the same time. Throws a StepFailure. */
export function beginParts(turn: Turn, id: string, avoid: readonly string[] = []): void {
  const step = stepOf(turn, id);
  const limit = step.vote === undefined ? (step.parallel ?? usualParallel) : Infinity;
  let running = turn.run.steps[id]?.parts?.filter(({ status }) => status === 'RUNNING').length ?? 0;
  for (const [index, { status }] of (turn.run.steps[id]?.parts ?? []).entries()) {
    if (status !== 'WAITING' || running >= limit) continue;
    running += 1;
    beginPart(turn, id, step, index, avoid);
  }
}

function beginPart(turn: Turn, id: string, step: Step, index: number, avoid: readonly string[]): void {
  const { run, now, commands } = turn;
  const state = run.steps[id];
  const item = { item: state?.items?.[index] ?? null, index };
  const part = index + 1;
  const usual =
    step.playbook === undefined ? (step.vote === undefined ? defaults.capability : defaults.vote) : defaults.playbook;
  const deadline = now + durationMs(step.timeout ?? usual);
  if (step.playbook !== undefined) {
    const facts = factsFor(turn, sourcesIn([step.playbook, step.with, step.target]), item);
    const [playbook, input, target] = attempt(() => [
      filled(step.playbook, 'item', facts),
      filled(step.with ?? {}, 'item', facts),
      filled(step.target ?? run.about.target, 'item', facts),
    ]);
    bounded(input);
    const isOne = (state?.parts?.length ?? 1) === 1;
    const parent = { workflowId: run.workflowId, stepId: isOne ? id : `${id}/${part}` };
    commands.push({
      kind: 'startRun',
      workflowId: taskIdOf(turn, id, part),
      playbook: String(playbook),
      input,
      target: textOrNull(target),
      parent,
    });
  } else {
    const call = state?.call ?? callOf(turn, step.vote ?? step, item, step.target);
    mayBegin(turn, step, call, state?.approval);
    commands.push({
      kind: 'task',
      task: {
        ...call,
        taskId: taskIdOf(turn, id, part),
        stepId: id,
        version: step.version ?? '*',
        changeId: state?.approval?.changeId ?? run.about.changeId,
        deadline,
        maxAttempts: step.retry?.attempts ?? null,
        scopes: run.playbook.scopes ?? [],
        avoid,
        reason: `${step.description ?? `step ${id}`} of playbook ${run.playbook.name}`,
        isUndo: false,
      },
    });
  }
  putPart(turn, id, part, { status: 'RUNNING', begunAt: now, until: deadline + graceMs });
}

/** Looks once more, right before it is done. Throws a StepFailure. */
function mayBegin(turn: Turn, { approve, guard }: Step, call: Call, approval: Approval | undefined): void {
  const { run, now, host } = turn;
  const { before = null, requires = [] } = attempt(() =>
    filled(guard ?? {}, 'step', factsFor(turn, sourcesIn(guard))),
  ) as { before?: unknown; requires?: unknown };
  for (const time of [approval?.expiresAt ?? null, before])
    if (time !== null && !(now < Number(time))) throw new StepFailure('the approval of its change has expired');
  for (const condition of [...(approve?.requires ?? []), ...(Array.isArray(requires) ? requires : [requires])]) {
    const unmet = host.unmet?.(String(condition), call, run, approval?.changeId ?? run.about.changeId);
    if (unmet !== undefined) throw new StepFailure(`what its change requires does not hold any more: ${unmet}`);
  }
}

/** The call of a step, with every expression replaced. Throws a StepFailure. */
function callOf(
  turn: Turn,
  call: { capability?: string | undefined; with?: unknown },
  item: Facts,
  wanted?: string,
): Call {
  const sources = sourcesIn([call.capability, call.with, wanted]);
  const facts = factsFor(turn, sources, item);
  const { capability, input, on } = attempt(() => ({
    capability: filled(call.capability, 'item', facts),
    input: filled(call.with ?? {}, 'item', facts),
    on: filled(wanted ?? turn.run.about.target, 'item', facts),
  }));
  if (typeof capability !== 'string' || capability === '')
    throw new StepFailure(`its capability is ${JSON.stringify(capability)}, but must be a name`);
  bounded(input);
  return { capability, input, target: textOrNull(on) };
}

function bounded(input: unknown): void {
  const size = JSON.stringify(input).length;
  if (size > mostInput) throw new StepFailure(`its input has ${size} characters (limit ${mostInput})`);
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** How long was waited, for a sentence. */
export function waitedFor(step: Step): string {
  const kind = step.wait === undefined ? (step.ask === undefined ? 'capability' : 'ask') : 'wait';
  return durationText(durationMs(step.timeout ?? step.wait?.timeout ?? defaults[kind]));
}
