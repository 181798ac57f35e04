/** How much a run keeps. */
import { attempt, StepFailure } from './step-failure.ts';
import { conditionOf } from './template.ts';
import { factsFor, put, stepOf, type Turn } from './turn.ts';
import type { PartState } from './run.ts';

/** Characters of JSON: of one output, of all outputs of a run, of one input. */
const mostOutput = 16 * 1_024;
const mostKept = 128 * 1_024;
export const mostInput = 64 * 1_024;

/** The output of a task if there is room for it; else the sentence that says why not. */
export function readOutput({ run }: Turn, text: string): { readonly output: unknown } | { readonly why: string } {
  if (text.length > mostOutput)
    return { why: `its output has ${text.length} characters (limit ${mostOutput}): pass large things on by reference` };
  if (run.kept + text.length > mostKept)
    return { why: `the outputs of the run have more than ${mostKept} characters: pass large things on by reference` };
  try {
    const output: unknown = JSON.parse(text);
    run.kept += text.length;
    return { output };
  } catch {
    return { why: 'its output is no JSON' };
  }
}

/** A step completed: its output, or of its parts that of all. Throws a StepFailure when it is not what was expected. */
export function complete(turn: Turn, stepId: string, output: unknown): void {
  const { expect } = stepOf(turn, stepId);
  if (expect !== undefined) {
    const facts = factsFor(turn, [expect], { output });
    const isAsExpected = attempt(() => conditionOf('result', expect).holds(facts));
    if (!isAsExpected) throw new StepFailure(`its output is not what was expected: ${expect}`);
  }
  const parts = turn.run.steps[stepId]?.parts;
  // What the step keeps, its parts need not keep as well; what undoes them looks there.
  const bare = parts?.map(({ status, agent, why }): PartState => ({
    status,
    ...(agent === undefined ? {} : { agent }),
    ...(why === undefined ? {} : { why }),
  }));
  const isPartial = parts?.some((part) => part.isPartial) === true || undefined;
  put(turn, stepId, { status: 'COMPLETED', output, isPartial, until: undefined, call: undefined, parts: bare });
}
