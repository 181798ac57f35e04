/** What a job says of a topic it writes to, held against the record of that topic. */
import { didYouMean } from '@muster/policy';
import { topicFor } from '@muster/schemas';
import type { Misfit } from './column-misfits.ts';
import type { Job, JobColumn } from './form.ts';
import { topicFields, type TopicField } from './job-topics.ts';

const columnTypes: Readonly<Record<TopicField['kind'], readonly JobColumn['type'][]>> = {
  text: ['text', 'integer', 'decimal', 'number', 'boolean', 'date', 'timestamp'],
  number: ['integer', 'decimal', 'number'],
  integer: ['integer'],
  timestamp: ['timestamp', 'date'],
  boolean: ['boolean'],
};

/** Columns that are no field, values that do not fit one, and fields that nothing fills. */
export function topicMisfits({ columns, sink: { topic } }: Pick<Job, 'columns' | 'sink'>): Misfit[] {
  if (topic === undefined) return [];
  const { name, with: fixed = {}, labels = [] } = topic;
  const { record } = topicFor(name);
  const fields = new Map(topicFields(name).map((field) => [field.name, field]));
  const misfits: Misfit[] = [];
  const unknown = (field: string): string => `${record} has no field ${field}${didYouMean(field, [...fields.keys()])}`;
  for (const [index, label] of labels.entries())
    if (columns[label] === undefined)
      misfits.push({
        path: ['sink', 'topic', 'labels', index],
        message: `there is no column ${label}${didYouMean(label, Object.keys(columns))}`,
      });
  for (const [column, rules] of Object.entries(columns)) {
    if (labels.includes(column)) continue;
    const field = fields.get(column);
    const problem = field === undefined ? `${unknown(column)}; or name it under labels` : columnProblem(field, rules);
    if (problem !== undefined) misfits.push({ path: ['columns', column], message: problem });
    if (column in fixed)
      misfits.push({ path: ['sink', 'topic', 'with', column], message: 'a column of this name fills it already' });
  }
  for (const [key, value] of Object.entries(fixed)) {
    const field = fields.get(key);
    const problem = field === undefined ? unknown(key) : valueProblem(field, value);
    if (problem !== undefined) misfits.push({ path: ['sink', 'topic', 'with', key], message: problem });
  }
  for (const { name: field, isRequired } of fields.values())
    if (isRequired && !(field in fixed) && (columns[field] === undefined || labels.includes(field)))
      misfits.push({
        path: ['sink', 'topic'],
        message: `${record} needs ${field}: make it a column, or give it under with`,
      });
  return misfits;
}

function columnProblem({ name, kind, symbols, isRequired }: TopicField, column: JobColumn): string | undefined {
  if (!columnTypes[kind].includes(column.type)) return `${name} is ${kind}, and a ${column.type} is none`;
  if (isRequired && column.required !== true && column.default === undefined)
    return 'every message needs it: say required: true, or give a default';
  if (symbols === undefined) return undefined;
  const others = column.oneOf?.filter((each) => !symbols.includes(each));
  if (others === undefined || others.length > 0) return `${name} is one of ${symbols.join(', ')}: say so with oneOf`;
  return undefined;
}

function valueProblem({ name, kind, symbols }: TopicField, value: string | number | boolean): string | undefined {
  const isFit =
    kind === 'text'
      ? typeof value === 'string'
      : kind === 'boolean'
        ? typeof value === 'boolean'
        : typeof value === 'number' && (kind === 'number' || Number.isInteger(value));
  if (!isFit) return `${name} is ${kind}${kind === 'timestamp' ? ' (milliseconds since 1970)' : ''}`;
  return symbols === undefined || symbols.includes(value as string) ? undefined : `it is none of ${symbols.join(', ')}`;
}
