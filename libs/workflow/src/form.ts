/** The form of a playbook. What it can't say by itself (graphs, expressions, capabilities) is checked in check-playbook.ts. */
import { z } from 'zod';
import { durationPattern } from './duration.ts';

/** More steps than this are refused; a graph of that size is no longer read by anybody. */
export const mostSteps = 1_000;
/** Items of one `forEach`. */
export const mostItems = 100;

const word = z.string().min(1).max(200);
const sentence = z.string().max(2_000);
const expression = z.string().min(1).max(4_096);
const stepId = z
  .string()
  .regex(/^[a-z][A-Za-z0-9_]{0,39}$/, 'a step is named by letters, digits and _, beginning with a small letter');
const duration = z.string().regex(durationPattern, 'a duration is a number and ms, s, m, h or d, e.g. 10s');
const values = z.union([z.record(z.string(), z.unknown()), expression]);

const inputField = z.strictObject({
  type: z.enum(['string', 'number', 'integer', 'boolean', 'object', 'array', 'any']),
  description: sentence.optional(),
  default: z.unknown().optional().describe('Used where the input is left out; a field with a default may be left out.'),
  optional: z.boolean().optional().describe('It may be left out; it is null then.'),
  enum: z.array(z.unknown()).min(1).max(100).optional(),
});

const compensation = z.union([
  z.literal('none').describe('Nothing has to be undone.'),
  z.strictObject({
    capability: expression.describe('What undoes the step; a ${...} that yields null says that nothing can.'),
    with: values.optional(),
    timeout: duration.optional(),
  }),
]);

const approval = z.strictObject({
  class: word.describe('Kind of change by which policies, budgets and records are kept, e.g. restart.'),
  reason: sentence.optional(),
  blastRadius: z.union([z.number().min(0).max(1), expression]).optional(),
  requires: z.array(expression).max(20).optional().describe('What must hold right before it is done, in CEL.'),
  reviewers: z.int().min(0).max(10).optional(),
  roles: z.array(word).max(10).optional(),
  expires: duration.optional().describe('When it is too late to decide. Default 1h.'),
});

const vote = z.strictObject({
  capability: expression,
  with: values.optional(),
  of: z.int().min(1).max(25).describe('How many answers are asked for.'),
  quorum: z.int().min(1).max(25).optional().describe('Answers that must come in. Default: more than half.'),
  by: expression.optional().describe('What is compared, in CEL over `answer`. Default: the whole answer.'),
  weight: expression.optional().describe('Weight of an answer, in CEL over `answer` and `agent`. Default 1.'),
  majority: z.number().min(0).max(1).optional().describe('Share of the weight the winner must exceed. Default 0.5.'),
  tie: z.enum(['fail', 'first']).optional().describe('Default fail; first: of those level, the one asked first.'),
  distinct: z.boolean().optional().describe('One voice per agent: a second answer of an agent is asked of another.'),
});

const stepForm = z
  .strictObject({
    description: sentence.optional(),
    needs: z.array(stepId).max(100).optional().describe('Steps that must have ended before.'),
    expect: expression
      .optional()
      .describe('A condition in CEL over its output; where it does not hold, the step failed.'),
    when: expression.optional().describe('A condition in CEL; where it does not hold, the step is skipped.'),
    capability: expression.optional().describe('The capability of the task.'),
    version: word.optional().describe('Range of versions of the capability.'),
    playbook: word.optional().describe('The playbook that is run as a part of this one.'),
    wait: z.strictObject({ signal: word, timeout: duration.optional() }).optional(),
    sleep: duration.optional(),
    ask: z
      .strictObject({ question: sentence, until: word.optional().describe('A signal after which nobody is asked.') })
      .optional(),
    vote: vote.optional(),
    with: values.optional().describe('Input of the capability or the playbook; ${...} is CEL.'),
    target: expression.optional().describe('What it acts on. Default: the target of the run.'),
    forEach: z.union([expression, z.array(z.unknown()).max(mostItems)]).optional(),
    parallel: z.int().min(1).max(20).optional().describe('Items of forEach at the same time. Default 5.'),
    retry: z.strictObject({ attempts: z.int().min(1).max(10) }).optional(),
    timeout: duration.optional(),
    approve: approval.optional(),
    compensate: compensation.optional(),
    guard: z
      .strictObject({
        before: expression.optional().describe('Not begun at or after this time, epoch ms; null is no limit.'),
        requires: z.union([expression, z.array(expression).max(20)]).optional(),
      })
      .optional()
      .describe('What must hold right before it is done, where the approval was given elsewhere.'),
    verifies: stepId.optional().describe('The step it checks: when this one fails, that one is undone.'),
  })
  .superRefine((step, { addIssue }) => {
    const refuse = (key: string, message: string): void => addIssue({ code: 'custom', path: [key], message });
    const kinds = stepKinds.filter((kind) => step[kind] !== undefined);
    if (kinds.length !== 1)
      addIssue({
        code: 'custom',
        message: `a step is exactly one of ${stepKinds.join(', ')}; this is ${kinds.join(' and ') || 'none'}`,
      });
    const [kind] = kinds;
    const isCall = kind === 'capability' || kind === 'playbook';
    for (const key of ['with', 'forEach'] as const)
      if (step[key] !== undefined && !isCall) refuse(key, `${key} goes with capability or playbook`);
    for (const key of ['approve', 'retry', 'version', 'guard'] as const)
      if (step[key] !== undefined && kind !== 'capability') refuse(key, `${key} goes with capability`);
    if (step.approve !== undefined && step.forEach !== undefined)
      refuse('approve', 'one approval is for one change: put the step into a playbook of its own, and forEach that');
    if (step.compensate !== undefined && !isCall) refuse('compensate', 'there is nothing to undo in such a step');
    if (step.parallel !== undefined && step.forEach === undefined) refuse('parallel', 'parallel goes with forEach');
    if (step.vote?.quorum !== undefined && step.vote.quorum > step.vote.of)
      refuse('vote', `a quorum of ${step.vote.quorum} can't be had from ${step.vote.of} answers`);
  });

const stepKinds = ['capability', 'playbook', 'wait', 'sleep', 'ask', 'vote'] as const;

export const playbookForm = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'a name is lower case with hyphens, e.g. restart-shop'),
  version: z.int().min(1).describe('Counts up with every change.'),
  description: sentence.optional(),
  input: z.record(z.string().regex(/^[A-Za-z_]\w{0,39}$/), inputField).optional(),
  scopes: z.array(word).max(20).optional().describe('Scopes that its tasks carry.'),
  deadline: duration.optional().describe('How long a run may take before it has failed. Default 24h.'),
  onFailure: z.enum(['compensate', 'ask', 'stop']).optional().describe('Default compensate.'),
  steps: z
    .record(stepId, stepForm)
    .refine((steps) => Object.keys(steps).length > 0, 'a playbook has at least one step'),
  output: z.unknown().optional().describe('What a run yields; ${...} is CEL.'),
});

/** One step as written. */
export const stepOnly = stepForm;
export type Playbook = z.infer<typeof playbookForm>;
export type Step = z.infer<typeof stepForm>;
