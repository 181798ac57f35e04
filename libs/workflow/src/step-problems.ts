/** What is wrong with steps beyond their form: graph, expressions, capabilities. Works without a source, so that changes of a run are checked alike. */
import type { Playbook, Step } from './form.ts';
import { cycleIn, precedence } from './graph.ts';
import { misfitsOf, type JsonShape } from './json-shape.ts';
import { didYouMean } from '@muster/policy';
import { conditionOf, expressionOf, expressionsIn, namesBehind, type Scope } from './template.ts';

export type Path = readonly (string | number)[];

export interface PathProblem {
  readonly path: Path;
  readonly message: string;
  /** It is about the name and not about the value. */
  readonly isKey?: boolean;
}

/** Capabilities that are offered, with the JSON schema of their input where it is known. */
export type Capabilities = ReadonlyMap<string, { readonly inputSchema?: JsonShape }>;

/** Empty: nothing is wrong. */
export function problemsOf(playbook: Playbook, capabilities?: Capabilities): PathProblem[] {
  const { steps } = playbook;
  const problems: PathProblem[] = [];
  const ids = Object.keys(steps);
  for (const [id, { needs = [], verifies }] of Object.entries(steps)) {
    for (const [index, need] of needs.entries())
      if (steps[need] === undefined)
        problems.push({
          path: ['steps', id, 'needs', index],
          message: `step ${id} needs ${need}, which there is not${didYouMean(need, ids)}`,
        });
    if (verifies !== undefined && steps[verifies] === undefined)
      problems.push({
        path: ['steps', id, 'verifies'],
        message: `step ${id} verifies ${verifies}, which there is not${didYouMean(verifies, ids)}`,
      });
  }
  const cycle = cycleIn(steps);
  if (cycle !== undefined)
    return [
      ...problems,
      {
        path: ['steps', cycle[0] ?? '', 'needs'],
        message: `steps need each other in a circle: ${shortened(cycle).join(' -> ')}`,
      },
    ];
  const precedes = precedence(steps);
  for (const [id, step] of Object.entries(steps))
    problems.push(...stepProblems(playbook, id, step, precedes, capabilities));
  for (const each of usesIn(playbook.output, ['output'], 'step'))
    problems.push(...useProblems(each, playbook, undefined, () => true));
  return problems;
}

interface Use {
  readonly source: string;
  readonly path: Path;
  readonly scope: Scope;
  readonly isCondition?: boolean;
  readonly problem?: string;
}

function* usesIn(value: unknown, path: Path, scope: Scope): Generator<Use> {
  try {
    for (const each of expressionsIn(value, path)) yield { ...each, scope };
  } catch (error) {
    yield { source: '', path, scope, problem: messageOf(error) };
  }
}

/** All expressions of a step, each with the names it may use. */
function* usesOf(id: string, step: Step): Generator<Use> {
  const at: Path = ['steps', id];
  const inside: Scope = step.forEach === undefined ? 'step' : 'item';
  if (step.when !== undefined) yield { source: step.when, path: [...at, 'when'], scope: 'step', isCondition: true };
  if (step.expect !== undefined)
    yield { source: step.expect, path: [...at, 'expect'], scope: 'result', isCondition: true };
  yield* usesIn(step.forEach, [...at, 'forEach'], 'step');
  for (const key of ['with', 'capability', 'playbook', 'target'] as const)
    yield* usesIn(step[key], [...at, key], inside);
  if (step.ask !== undefined) yield* usesIn(step.ask.question, [...at, 'ask', 'question'], 'step');
  if (step.approve !== undefined)
    for (const key of ['reason', 'blastRadius'] as const)
      yield* usesIn(step.approve[key], [...at, 'approve', key], 'step');
  if (step.guard !== undefined) yield* usesIn(step.guard, [...at, 'guard'], 'step');
  if (typeof step.compensate === 'object')
    for (const key of ['capability', 'with'] as const)
      yield* usesIn(step.compensate[key], [...at, 'compensate', key], 'undo');
  if (step.vote !== undefined) {
    for (const key of ['capability', 'with'] as const) yield* usesIn(step.vote[key], [...at, 'vote', key], 'step');
    for (const key of ['by', 'weight'] as const) {
      const source = step.vote[key];
      if (source !== undefined) yield { source, path: [...at, 'vote', key], scope: 'answer' };
    }
  }
}

function stepProblems(
  playbook: Playbook,
  id: string,
  step: Step,
  precedes: (before: string, step: string) => boolean,
  capabilities: Capabilities | undefined,
): PathProblem[] {
  const problems = [...usesOf(id, step)].flatMap((use) => useProblems(use, playbook, id, precedes));
  const { verifies, when } = step;
  if (verifies !== undefined && playbook.steps[verifies] !== undefined && !precedes(verifies, id))
    problems.push({
      path: ['steps', id, 'verifies'],
      message: `step ${id} verifies ${verifies}, but may run before it: add it to its needs`,
    });
  if (when !== undefined && isNever(when))
    problems.push({
      path: ['steps', id, 'when'],
      message: `step ${id} can never be reached: its condition is always false`,
    });
  if (capabilities === undefined) return problems;
  const calls: readonly (readonly [string | undefined, unknown, Path])[] = [
    [step.capability, step.with, ['steps', id]],
    [step.vote?.capability, step.vote?.with, ['steps', id, 'vote']],
    typeof step.compensate === 'object'
      ? [step.compensate.capability, step.compensate.with, ['steps', id, 'compensate']]
      : [undefined, undefined, []],
  ];
  for (const [capability, input, path] of calls) {
    if (capability === undefined || capability.includes('${')) continue;
    const offered = capabilities.get(capability);
    if (offered === undefined) {
      problems.push({
        path: [...path, 'capability'],
        message: `no agent offers ${capability}${didYouMean(capability, capabilities.keys())}`,
      });
    } else if (offered.inputSchema !== undefined) {
      const typeOf = (expression: string): string | undefined => declaredType(playbook, expression);
      for (const misfit of misfitsOf(input ?? {}, offered.inputSchema, [...path, 'with'], typeOf))
        problems.push({ path: misfit.path, message: `${capability} can't take this: ${misfit.message}` });
    }
  }
  return problems;
}

function useProblems(
  { source, path, scope, isCondition = false, problem }: Use,
  { steps, input = {} }: Playbook,
  id: string | undefined,
  precedes: (before: string, step: string) => boolean,
): PathProblem[] {
  if (problem !== undefined) return [{ path, message: problem }];
  try {
    if (isCondition) conditionOf(scope, source);
    else expressionOf(scope, source);
  } catch (error) {
    return [{ path, message: messageOf(error) }];
  }
  const problems: PathProblem[] = [];
  for (const name of namesBehind('steps', source)) {
    if (steps[name] === undefined)
      problems.push({
        path,
        message: `\`${source}\` speaks of step ${name}, which there is not${didYouMean(name, Object.keys(steps))}`,
      });
    // What undoes a step may speak of itself; and of what ran before it.
    else if (id !== undefined && name !== id && !precedes(name, id))
      problems.push({
        path,
        message: `\`${source}\` speaks of step ${name}, which may not have ended before ${id}: add it to the needs of ${id}`,
      });
    else if (name === id && scope !== 'undo')
      problems.push({ path, message: `\`${source}\` speaks of the step's own output, which there is not yet` });
  }
  for (const name of namesBehind('input', source))
    if (input[name] === undefined)
      problems.push({
        path,
        message: `\`${source}\` speaks of input ${name}, which the playbook does not have${didYouMean(name, Object.keys(input))}`,
      });
  return problems;
}

/** The declared type of `input.name`, where an expression is just that. */
function declaredType({ input = {} }: Playbook, expression: string): string | undefined {
  const [, name] = /^input\.(\w+)$/.exec(expression) ?? [];
  const type = name === undefined ? undefined : input[name]?.type;
  return type === 'any' ? undefined : type;
}

function isNever(when: string): boolean {
  try {
    return !conditionOf('nothing', when).holds({});
  } catch {
    return false;
  }
}

function shortened(path: readonly string[]): readonly string[] {
  return path.length <= 12 ? path : [...path.slice(0, 6), `(${path.length - 11} more)`, ...path.slice(-5)];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
