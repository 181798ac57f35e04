import { didYouMean } from '@muster/policy';
import { readYaml } from '@muster/workflow';
import type { z } from 'zod';
import { jobForm, reconciliationForm, type Job, type JobColumns, type Reconciliation } from './form.ts';
import { columnMisfits, type Misfit } from './column-misfits.ts';
import { topicMisfits } from './topic-misfits.ts';

/** What is wrong with a job, and where in its source (from 1). */
export interface JobProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type CheckedJob =
  | { readonly kind: 'job'; readonly job: Job }
  | { readonly kind: 'reconciliation'; readonly reconciliation: Reconciliation }
  | { readonly problems: readonly JobProblem[] };

const mostProblems = 20;

/** Reads a job or a reconciliation (one with `left` and `right`) out of YAML and checks all that can be known before it runs. Never throws. */
export function checkJob(source: string): CheckedJob {
  const read = readYaml(source);
  if (!('value' in read)) return { problems: read };
  const { value, placeOf } = read;
  const isReconciliation = typeof value === 'object' && value !== null && ('left' in value || 'right' in value);
  const formed = isReconciliation ? reconciliationForm.safeParse(value) : jobForm.safeParse(value);
  if (!formed.success)
    return {
      problems: formed.error.issues.slice(0, mostProblems).map((issue) => {
        const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
        const isUnknown = issue.code === 'unrecognized_keys';
        const at = isUnknown ? [...path, issue.keys[0] ?? ''] : path;
        return { ...placeOf(at, isUnknown), message: `${path.join('.') || 'the job'}: ${issueText(issue)}` };
      }),
    };
  const misfits = isReconciliation
    ? reconciliationMisfits(formed.data as Reconciliation)
    : [...columnMisfits((formed.data as Job).columns, ['columns']), ...topicMisfits(formed.data as Job)];
  if (misfits.length > 0)
    return {
      problems: misfits
        .slice(0, mostProblems)
        .map(({ path, message }) => ({ ...placeOf(path), message: `${path.join('.')}: ${message}` })),
    };
  return isReconciliation
    ? { kind: 'reconciliation', reconciliation: formed.data as Reconciliation }
    : { kind: 'job', job: formed.data as Job };
}

function reconciliationMisfits({ left, right, columns, keys, compare }: Reconciliation): Misfit[] {
  const misfits: Misfit[] = columns === undefined ? [] : columnMisfits(columns, ['columns']);
  const sides: (readonly [string, JobColumns | undefined])[] = [
    ['left', left.columns ?? columns],
    ['right', right.columns ?? columns],
  ];
  for (const [side, known] of sides) {
    if (known === undefined) {
      misfits.push({ path: [side], message: 'its columns are not said: give columns here, or for both sides' });
      continue;
    }
    for (const [index, key] of keys.entries())
      if (!(key in known))
        misfits.push({
          path: ['keys', index],
          message: `${side} has no column ${key}${didYouMean(key, Object.keys(known))}`,
        });
    for (const [field, { within, withinShare }] of Object.entries(compare ?? {})) {
      const type = known[field]?.type;
      if (type === undefined)
        misfits.push({
          path: ['compare', field],
          message: `${side} has no such column${didYouMean(field, Object.keys(known))}`,
        });
      else if ((within ?? withinShare) !== undefined && !['integer', 'decimal', 'number', 'timestamp'].includes(type))
        misfits.push({ path: ['compare', field], message: `a ${type} is the same or it is not; leave the tolerance` });
      else if (withinShare !== undefined && type === 'timestamp')
        misfits.push({ path: ['compare', field], message: 'a timestamp has no share; use within, in seconds' });
    }
  }
  for (const side of ['left', 'right'] as const) {
    const own = (side === 'left' ? left : right).columns;
    if (own !== undefined) misfits.push(...columnMisfits(own, [side, 'columns']));
  }
  return misfits;
}

const keys = ['name', 'version', 'description', 'source', 'columns', 'sink', 'mostRejects', 'memory', 'left', 'right', 'keys', 'compare', 'differences', 'csv', 'jsonLines', 'parquet', 'postgres', 'url', 'table', 'key', 'topic', 'since', 'until', 'with', 'labels', 'delimiter', 'header', 'charset', 'extraColumns', 'type', 'from', 'trim', 'case', 'nullIf', 'default', 'format', 'decimals', 'required', 'min', 'max', 'minLength', 'maxLength', 'pattern', 'oneOf', 'within', 'withinShare']; // prettier-ignore

function issueText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys')
    return `there is no key ${issue.keys.join(', ')}${didYouMean(issue.keys[0] ?? '', keys)}`;
  if (issue.code === 'invalid_value') return `it is one of ${issue.values.join(', ')}`;
  return issue.message;
}

/** In one line, for where there is room for no more. */
export function jobProblemText(problems: readonly JobProblem[]): string {
  const [first] = problems;
  if (first === undefined) return 'nothing';
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `${first.line}:${first.column} ${first.message}${more}`;
}
