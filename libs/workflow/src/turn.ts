/** One turn of a run: the draft of its next state, and what it asks for meanwhile. */
import type { Step } from './form.ts';
import type { DoneEntry, HistoryKind, PartState, Run, RunCommand, RunHost, StepState } from './run.ts';
import { namesBehind, type Facts } from './template.ts';

type Draft<T> = { -readonly [K in keyof T]: T[K] };

export interface Turn {
  readonly run: Draft<Run> & { steps: Record<string, StepState>; done: DoneEntry[] };
  readonly now: number;
  readonly host: RunHost;
  readonly commands: RunCommand[];
}

export function turnOf(run: Run, now: number, host: RunHost): Turn {
  return { run: { ...run, steps: { ...run.steps }, done: [...run.done] }, now, host, commands: [] };
}

interface EventFacts {
  readonly stepId?: string | null;
  readonly taskId?: string;
  readonly changeId?: string | null;
  readonly output?: unknown;
}

const mostText = 500;

/** Tells the history of the run. */
export function tell({ run, now, commands }: Turn, kind: HistoryKind, text: string, facts: EventFacts = {}): void {
  run.sequence += 1;
  const { stepId = null, taskId = null, changeId = null, output = {} } = facts;
  const short = text.length > mostText ? `${text.slice(0, mostText - 3)}...` : text;
  commands.push({
    kind: 'event',
    event: { sequence: run.sequence, kind, at: now, text: short, stepId, taskId, changeId, output },
  });
}

/** What a step was written as. Throws where the state and the playbook don't belong together. */
export function stepOf({ run }: Turn, id: string): Step {
  const step = run.playbook.steps[id];
  if (step === undefined) throw new Error(`the playbook ${run.playbook.name} has no step ${id}`);
  return step;
}

/** Changes the state of a step; what is `undefined` is taken out. */
export function put(
  { run }: Turn,
  id: string,
  change: { readonly [K in keyof StepState]?: StepState[K] | undefined },
): void {
  const next = { ...run.steps[id], ...change };
  run.steps[id] = Object.fromEntries(
    Object.entries(next).filter(([, value]) => value !== undefined),
  ) as unknown as StepState;
}

export function putPart(turn: Turn, id: string, part: number, state: PartState): void {
  const parts = [...(turn.run.steps[id]?.parts ?? [])];
  parts[part - 1] = state;
  put(turn, id, { parts });
}

/** What expressions may look at; of the steps only those that they name. */
export function factsFor({ run }: Turn, expressions: readonly string[], more: Facts = {}): Facts {
  const steps = Object.fromEntries(
    expressions
      .flatMap((source) => namesBehind('steps', source))
      .map((id) => {
        const { status = 'NONE', isPartial = false, output = null } = run.steps[id] ?? {};
        return [id, { status: isPartial ? 'PARTIAL' : status, output }];
      }),
  );
  const { workflowId: id, playbook, about, startedAt } = run;
  const { requestedBy, target, incidentId, changeId, cause } = about;
  return {
    input: run.input,
    steps,
    run: { id, playbook: playbook.name, requestedBy, target, incidentId, changeId, cause, startedAt },
    ...more,
  };
}

export function taskIdOf({ run }: Turn, stepId: string, part: number): string {
  return `${run.workflowId}/${stepId}/${part}`;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
