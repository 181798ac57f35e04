import type { JobColumn, JobColumns } from './form.ts';

/** Something that the form lets pass and that can't be meant. */
export interface Misfit {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const rulesOf: Readonly<Record<JobColumn['type'], readonly (keyof JobColumn)[]>> = {
  text: ['minLength', 'maxLength', 'pattern', 'oneOf', 'case'],
  integer: ['min', 'max'],
  decimal: ['min', 'max', 'decimals'],
  number: ['min', 'max'],
  boolean: [],
  date: ['min', 'max', 'format'],
  timestamp: ['min', 'max', 'format'],
};
const bounded = ['min', 'max', 'minLength', 'maxLength', 'pattern', 'oneOf', 'case', 'format', 'decimals'] as const;

/** Rules that do not go with the type of their column, bounds that no value fits, and two columns of one source column name. */
export function columnMisfits(columns: JobColumns, path: readonly string[]): Misfit[] {
  const misfits: Misfit[] = [];
  const lower = new Map<string, string>();
  for (const [name, column] of Object.entries(columns)) {
    const refuse = (key: string, message: string): void => void misfits.push({ path: [...path, name, key], message });
    const other = lower.get(name.toLowerCase());
    if (other !== undefined)
      misfits.push({ path: [...path, name], message: `it differs from ${other} by capital letters only` });
    lower.set(name.toLowerCase(), name);
    for (const rule of bounded)
      if (column[rule] !== undefined && !rulesOf[column.type].includes(rule))
        refuse(rule, `${rule} does not go with ${column.type}`);
    const isTime = column.type === 'date' || column.type === 'timestamp';
    for (const key of ['min', 'max'] as const) {
      const value = column[key];
      if (value === undefined) continue;
      if (isTime && (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?$/.test(value)))
        refuse(key, `a bound of a ${column.type} is written "2026-01-31" or "2026-01-31 10:00"`);
      if (!isTime && typeof value !== 'number') refuse(key, `a bound of a ${column.type} is a number`);
    }
    if (column.min !== undefined && column.max !== undefined && column.min > column.max)
      refuse('min', 'it is above max: no value fits');
    if ((column.minLength ?? 0) > (column.maxLength ?? Infinity)) refuse('minLength', 'it is above maxLength');
    if (column.pattern !== undefined) {
      const problem = patternProblem(column.pattern);
      if (problem !== undefined) refuse('pattern', problem);
    }
  }
  return misfits;
}

/** RE2 knows no look-around and no back references; the rest is near enough to check it here. */
function patternProblem(pattern: string): string | undefined {
  if (/\(\?<?[=!]/.test(pattern) || /\\[1-9]/.test(pattern))
    return 'looking around and back references are not known; it must be a plain regular expression';
  try {
    RegExp(pattern, 'u');
    return undefined;
  } catch {
    return 'it is no regular expression';
  }
}
