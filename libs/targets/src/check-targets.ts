import { didYouMean } from '@muster/policy';
import { readYaml } from '@muster/workflow';
import type { z } from 'zod';
import { checkForm, checkOf, targetForm, targetsForm, type CheckedTarget } from './form.ts';

/** What is wrong with a file of targets, and where in it, from 1. */
export interface TargetProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type CheckedTargets =
  | { readonly targets: readonly CheckedTarget[] }
  | { readonly problems: readonly TargetProblem[] };

const mostProblems = 20;

/** Reads targets and their checks out of YAML (or JSON). Says everything that is wrong, and never throws. */
export function checkTargets(source: string): CheckedTargets {
  const read = readYaml(source);
  if (!('value' in read)) return { problems: read };
  const { value, placeOf } = read;
  const formed = targetsForm.safeParse(value);
  if (!formed.success)
    return {
      problems: formed.error.issues.slice(0, mostProblems).map((issue) => {
        const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
        const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
        const place = unknown === undefined ? placeOf(presentIn(value, path)) : placeOf([...path, unknown], true);
        return { ...place, message: `${pathText(path)}: ${issueText(issue)}` };
      }),
    };
  const targets = formed.data.targets.map((target) => ({ ...target, checks: target.checks.map(checkOf) }));
  const problems = doublesIn(targets).map(({ path, message }) => ({ ...placeOf(path), message }));
  return problems.length > 0 ? { problems: problems.slice(0, mostProblems) } : { targets };
}

type Doubled = { readonly path: readonly (string | number)[]; readonly message: string };

function doublesIn(targets: readonly CheckedTarget[]): Doubled[] {
  const problems: Doubled[] = [];
  const known = new Set<string>();
  for (const [index, { target, checks, dependsOn }] of targets.entries()) {
    const path = ['targets', index];
    if (known.has(target))
      problems.push({ path: [...path, 'target'], message: `${target} is declared twice: put its checks together` });
    known.add(target);
    if (dependsOn.includes(target))
      problems.push({ path: [...path, 'dependsOn'], message: `${target} depends on itself: take it out` });
    const names = new Set<string>();
    for (const [at, { name }] of checks.entries()) {
      if (names.has(name))
        problems.push({
          path: [...path, 'checks', at, 'address'],
          message: `${target} has two checks named ${name}: give one a name of its own`,
        });
      names.add(name);
    }
  }
  return problems;
}

/** The path, or where it leads to something that is missing, that of what is around it: of its first key, which stands where it begins. */
function presentIn(value: unknown, path: readonly (string | number)[]): readonly (string | number)[] {
  let at: unknown = value;
  for (const [index, part] of path.entries()) {
    const inside = (at as Record<string | number, unknown> | null)?.[part];
    if (inside !== undefined) at = inside;
    else return [...path.slice(0, index), ...Object.keys(at ?? {}).slice(0, 1)];
  }
  return path;
}

function pathText(path: readonly (string | number)[]): string {
  return path.length === 0
    ? 'the file'
    : path
        .map((part) => (typeof part === 'number' ? `[${part + 1}]` : part))
        .join('.')
        .replaceAll('.[', '[');
}

const keys = ['targets', ...Object.keys(targetForm.shape), ...Object.keys(checkForm.shape)];

function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message;
  return `there is no key ${issue.keys.join(', ')}${didYouMean(issue.keys[0] ?? '', keys)}`;
}
