/** Policies as people write them: read, completed, and checked for what is wrong, with the place. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from '@muster/agent';
import { didYouMean, isRuledAgent, ruleBook, ruledAgents } from '@muster/policy';
import type { Policy } from '@muster/schemas';
import { readYaml } from '@muster/workflow';
import { misuse } from '../failure.ts';
import { policyForm } from './policy-form.ts';

export interface SourceProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A policy, or what is wrong with its file. */
export type PolicySource = { readonly file: string; readonly policy: Policy } | readonly SourceProblem[];

/** The files that are meant: each a file, or all `.yaml` and `.yml` of a folder. Throws a Failure when there is no such thing. */
export function filesIn(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const kind = statSync(path, { throwIfNoEntry: false });
    if (kind === undefined) throw misuse(`There is no file ${path}: give a policy in YAML, or a folder of them.`);
    if (!kind.isDirectory()) return [path];
    const found = readdirSync(path)
      .filter((name) => /\.ya?ml$/.test(name))
      .toSorted();
    if (found.length === 0) throw misuse(`${path} holds no .yaml: give a policy in YAML, or a folder of them.`);
    return found.map((name) => join(path, name));
  });
}

export function readPolicy(file: string): PolicySource {
  return policyIn(file, readFileSync(file, 'utf8'));
}

/** The policy that a text holds. */
export function policyIn(file: string, text: string): PolicySource {
  const read = readForm(file, text, policyForm);
  if (!('value' in read)) return read;
  const { value, placeOf } = read;
  const envelope = { id: value.policyId, time: 0, source: file, correlationId: value.policyId, causationId: null };
  const policy: Policy = { envelope, ...value };
  if (!isRuledAgent(policy.agent)) {
    const message = `agent: no rules are known for ${policy.agent}; there are ${ruledAgents.join(', ')}${didYouMean(policy.agent, ruledAgents)}`;
    return [{ file, ...placeOf(['agent']), message }];
  }
  const book = ruleBook(policy.agent, [{ ...policy, isEnabled: true }]);
  const problems = policy.rules.flatMap((rule, index) => {
    const problem = book.find((booked) => booked.rule === rule)?.problem;
    return problem === undefined
      ? []
      : [{ file, ...placeOf(['rules', index, 'when']), message: `rule ${rule.ruleId} ${problem}` }];
  });
  return problems.length > 0 ? problems : { file, policy };
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/** A text of YAML as a form has it, or where and how it does not fit. */
export function readForm<F extends z.ZodType>(
  file: string,
  text: string,
  form: F,
): { readonly value: z.infer<F>; placeOf(path: readonly (string | number)[]): Place } | readonly SourceProblem[] {
  const source = readYaml(text);
  if (!('placeOf' in source)) return source.map((problem) => ({ file, ...problem }));
  const parsed = form.safeParse(source.value);
  if (parsed.success) return { value: parsed.data, placeOf: (path) => source.placeOf(path) };
  return parsed.error.issues.map((issue) => {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const place = unknown === undefined ? source.placeOf(path) : source.placeOf([...path, unknown], true);
    const hint = unknown === undefined ? '' : didYouMean(unknown, fieldsOf(form, path));
    return { file, ...place, message: `${path.join('.') || 'the file'}: ${issue.message}${hint}` };
  });
}

/** The names that stand at a place of a form; none where it is no object. */
function fieldsOf(form: z.ZodType, path: readonly (string | number)[]): readonly string[] {
  let at: unknown = form;
  for (const part of path) {
    at = bare(at);
    if (hasShape(at)) at = at.shape[part];
    else if (hasElement(at)) at = at.element;
  }
  at = bare(at);
  return hasShape(at) ? Object.keys(at.shape) : [];
}

function bare(form: unknown): unknown {
  let at = form;
  while (typeof at === 'object' && at !== null && !hasElement(at) && 'unwrap' in at && typeof at.unwrap === 'function')
    at = (at.unwrap as () => unknown)();
  return at;
}

const hasShape = (form: unknown): form is { shape: Readonly<Record<string, unknown>> } =>
  typeof form === 'object' && form !== null && 'shape' in form;
const hasElement = (form: unknown): form is { element: unknown } =>
  typeof form === 'object' && form !== null && 'element' in form;
