/** Changing a run that is under way. */
import { z } from 'zod';
import { mostSteps, stepOnly, type Playbook, type Step } from './form.ts';
import type { RunEvent } from './run.ts';
import { skipStep } from './step-begin.ts';
import { problemsOf } from './step-problems.ts';
import { messageOf, tell, type Turn } from './turn.ts';

const stepId = z.string().regex(/^[a-z][A-Za-z0-9_]{0,39}$/);
const changesForm = z.strictObject({
  add: z.record(stepId, stepOnly).optional(),
  replace: z.record(stepId, stepOnly).optional(),
  skip: z.array(stepId).max(mostSteps).optional(),
});

/** Steps that were not yet begun can be replaced and skipped, and others added. All of it, or nothing where anything is wrong with it. */
export function adaptRun(
  turn: Turn,
  { changes, by, reason }: Extract<RunEvent, { kind: 'adapt' }>,
): string | undefined {
  const { run } = turn;
  if (run.status !== 'RUNNING') return `a run that is ${run.status} can't be changed`;
  const who = `${by || 'somebody'}${reason === '' ? '' : ` (${reason})`}`;
  const read = readChanges(turn, changes);
  if ('problem' in read) {
    tell(turn, 'RUN_SIGNALLED', `the change by ${who} was refused: ${read.problem}`);
    return undefined;
  }
  run.playbook = read.playbook;
  for (const id of read.skip) skipStep(turn, id, `by ${who}`);
  tell(turn, 'RUN_ADAPTED', `changed by ${who}: ${read.told}`);
  return undefined;
}

type Read =
  | { readonly playbook: Playbook; readonly skip: readonly string[]; readonly told: string }
  | { readonly problem: string };

function readChanges({ run }: Turn, changes: unknown): Read {
  const formed = changesForm.safeParse(changes);
  if (!formed.success)
    return {
      problem: formed.error.issues
        .map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
        .slice(0, 5)
        .join('; '),
    };
  const { add = {}, replace = {}, skip = [] } = formed.data;
  const steps: Record<string, Step> = { ...run.playbook.steps };
  const problem = (text: string): Read => ({ problem: text });
  for (const [id, step] of Object.entries(add)) {
    if (Object.hasOwn(steps, id)) return problem(`there is a step ${id} already`);
    steps[id] = step;
  }
  for (const [id, step] of Object.entries(replace)) {
    if (!Object.hasOwn(steps, id)) return problem(`there is no step ${id} to replace`);
    if (run.steps[id] !== undefined) return problem(`step ${id} has begun`);
    steps[id] = step;
  }
  for (const id of skip) {
    if (!Object.hasOwn(steps, id)) return problem(`there is no step ${id} to skip`);
    if (run.steps[id] !== undefined) return problem(`step ${id} has begun`);
  }
  const count = Object.keys(steps).length;
  if (count > mostSteps) return problem(`it would have ${count} steps (limit ${mostSteps})`);
  const playbook = { ...run.playbook, steps };
  try {
    const [first] = problemsOf(playbook);
    if (first !== undefined) return problem(first.message);
  } catch (error) {
    return problem(messageOf(error));
  }
  const told = [
    ...Object.keys(add).map((id) => `${id} added`),
    ...Object.keys(replace).map((id) => `${id} replaced`),
    ...skip.map((id) => `${id} skipped`),
  ];
  return { playbook, skip: [...new Set(skip)], told: told.length === 0 ? 'nothing' : told.join(', ') };
}
