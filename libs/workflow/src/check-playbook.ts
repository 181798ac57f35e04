import type { z } from 'zod';
import { mostSteps, playbookForm, type Playbook } from './form.ts';
import { didYouMean } from '@muster/policy';
import { problemsOf, type Capabilities } from './step-problems.ts';
import { readYaml, type Place } from './yaml-source.ts';

/** What is wrong with a playbook, and where in its source. */
export interface PlaybookProblem extends Place {
  readonly message: string;
}

export type CheckedPlaybook = { readonly playbook: Playbook } | { readonly problems: readonly PlaybookProblem[] };

export interface CheckOptions {
  /** What agents offer. Left out: capabilities and their inputs are not checked. */
  readonly capabilities?: Capabilities;
}

const mostProblems = 20;

/** Reads a playbook out of YAML and checks everything that can be known before it runs. Never throws. */
export function checkPlaybook(source: string, { capabilities }: CheckOptions = {}): CheckedPlaybook {
  const lines = stepLinesIn(source);
  if (lines > mostSteps) return tooMany(lines, { line: 1, column: 1 });
  const read = readYaml(source);
  if (!('value' in read)) return { problems: read };
  const { value, placeOf } = read;
  const steps = (value as { steps?: unknown } | null)?.steps;
  const count = typeof steps === 'object' && steps !== null ? Object.keys(steps).length : 0;
  if (count > mostSteps) return tooMany(count, placeOf(['steps'], true));
  const formed = playbookForm.safeParse(value);
  if (!formed.success)
    return {
      problems: formed.error.issues.slice(0, mostProblems).map((issue) => {
        const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
        const isUnknown = issue.code === 'unrecognized_keys';
        const at = isUnknown ? [...path, issue.keys[0] ?? ''] : path;
        return { ...placeOf(at, isUnknown), message: `${path.join('.') || 'the playbook'}: ${issueText(issue)}` };
      }),
    };
  const playbook = formed.data;
  const problems = problemsOf(playbook, capabilities)
    .slice(0, mostProblems)
    .map(({ path, message, isKey }) => ({ ...placeOf(path, isKey), message }));
  return problems.length > 0 ? { problems } : { playbook };
}

/** How many lines under `steps:` look like the beginning of a step: tells without reading it that a graph is far too large. */
function stepLinesIn(source: string): number {
  const [, indent, body] = /^steps:[ \t]*\n( +)(?=\S)([\s\S]*)/m.exec(source) ?? [];
  if (indent === undefined || body === undefined) return 0;
  return body.split('\n').filter((text) => text.startsWith(indent) && /^[A-Za-z]\w*:/.test(text.slice(indent.length)))
    .length;
}

function tooMany(count: number, place: Place): CheckedPlaybook {
  const message = `has ${count} steps (limit ${mostSteps}): split it into playbooks that run each other`;
  return { problems: [{ ...place, message }] };
}

/** In one line, for where there is room for no more. */
export function problemText(problems: readonly PlaybookProblem[]): string {
  const [first] = problems;
  if (first === undefined) return 'nothing';
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `${first.line}:${first.column} ${first.message}${more}`;
}

const keys = ['name', 'version', 'description', 'input', 'scopes', 'deadline', 'onFailure', 'steps', 'output', 'needs', 'when', 'capability', 'playbook', 'wait', 'sleep', 'ask', 'vote', 'with', 'target', 'forEach', 'parallel', 'retry', 'timeout', 'approve', 'compensate', 'verifies', 'class', 'reason', 'blastRadius', 'requires', 'expires', 'quorum', 'majority']; // prettier-ignore

function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `there is no key ${issue.keys.join(', ')}${didYouMean(issue.keys[0] ?? '', keys)}`;
  return issue.message;
}
