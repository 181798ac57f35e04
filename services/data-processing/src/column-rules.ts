/** What a job says about its columns, as SQL: each value made from its text, and the first rule that a row breaks. Nothing here runs. */
import type { JobColumn, JobColumns } from '@muster/jobs';
import { id, text } from './duck.ts';

/** Why a row is rejected: the fault's number in SQL is its place in the list, from 1. */
export interface RowRule {
  readonly field: string;
  readonly reason: string;
  /** In SQL: true when it is broken; not true, or null, when it is not. */
  readonly isBroken: string;
}

export interface ColumnRules {
  /**
   * A query that yields a row for each row of `relation`, in its order: the values (`v0`, `v1`, ...: a name of the job's could be one of ours), `fault` (0, or
   * the rule that was broken) and, of a bad row, `raw`: the whole row as JSON text.
   */
  checked(relation: string): string;
  /** What to select of that for the values by their names. */
  readonly values: string;
  readonly rules: readonly RowRule[];
}

/** A rule about rows of a source as a whole. `raw`: what is kept of a row that breaks it, as SQL. */
export interface WholeRowRule {
  readonly isBroken: string;
  readonly reason: string;
  readonly raw: string;
}

/** `sourceOf`: the SQL expression for the text of a column in the relation, by its name in the source. */
export function columnRules(
  columns: JobColumns,
  sourceOf: (name: string) => string,
  wholeRow?: WholeRowRule,
): ColumnRules {
  const names = Object.keys(columns);
  const list = Object.entries(columns);
  const wholeRules = wholeRow === undefined ? [] : [{ field: '', reason: wholeRow.reason, isBroken: 'is_misfit' }];
  const misfit = wholeRow === undefined ? [] : [`${wholeRow.isBroken} AS is_misfit`, `${wholeRow.raw} AS whole`];
  const ruled = list.flatMap(([name, column], index) => rulesOf(name, column, `r${index}`, `v${index}`));
  const rules: RowRule[] = [...wholeRules, ...ruled];
  const raws = list.map(([name, column], index) => `${rawText(column, sourceOf(column.from ?? name))} AS r${index}`);
  const values = list.map(([, column], index) => `${valueOf(column, `r${index}`)} AS v${index}`);
  const cases = rules.map(({ isBroken }, index) => `WHEN ${isBroken} THEN ${index + 1}`).join(' ');
  // Which rule it is, is asked for the few that break one.
  const any = rules.map(({ isBroken }) => isBroken).join(' OR ');
  const fault = rules.length === 0 ? '0' : `CASE WHEN ${any} THEN CASE ${cases} ELSE 0 END ELSE 0 END`;
  const whole = list.map(([name], index) => `${text(name)}: r${index}`).join(', ');
  return {
    values: names.map((name, index) => `v${index} AS ${id(name)}`).join(', '),
    rules,
    checked: (relation) =>
      `SELECT ${names.map((_, index) => `v${index}`).join(', ')}, fault, ` +
      `CASE ${wholeRow === undefined ? '' : 'WHEN is_misfit THEN whole '}WHEN fault > 0 THEN CAST(to_json({${whole}}) AS VARCHAR) END AS raw ` +
      `FROM (SELECT *, ${fault} AS fault FROM (SELECT *, ${values.join(', ')} FROM (SELECT ${[...misfit, ...raws].join(', ')} FROM ${relation})))`,
  };
}

function rawText({ trim, nullIf, case: letters, default: otherwise }: JobColumn, source: string): string {
  let sql = source;
  if (trim === true) sql = `nullif(trim(${sql}), '')`;
  if (nullIf !== undefined) sql = `nullif(${sql}, ${text(nullIf)})`;
  if (letters !== undefined) sql = `${letters}(${sql})`;
  return otherwise === undefined ? sql : `coalesce(${sql}, ${text(otherwise)})`;
}

/** The type of a column's values in DuckDB. */
function sqlType({ type, decimals = 2 }: JobColumn): string {
  switch (type) {
    case 'text':
      return 'VARCHAR';
    case 'integer':
      return 'BIGINT';
    case 'decimal':
      return `DECIMAL(18, ${decimals})`;
    case 'number':
      return 'DOUBLE';
    case 'boolean':
      return 'BOOLEAN';
    case 'date':
      return 'DATE';
    case 'timestamp':
      return 'TIMESTAMP';
  }
}

function valueOf(column: JobColumn, raw: string): string {
  if (column.type === 'text') return raw;
  const type = sqlType(column);
  if (column.format === 'epoch-ms') {
    const since = `TRY_CAST(${raw} AS BIGINT)`;
    // Years 1 to 9999: others can not be made into a time.
    return `CASE WHEN ${since} BETWEEN -62135596800000 AND 253402300799999 THEN CAST(epoch_ms(${since}) AS ${type}) END`;
  }
  if (column.format === undefined) return `TRY_CAST(${raw} AS ${type})`;
  return `CAST(try_strptime(${raw}, ${text(column.format)}) AS ${type})`;
}

const kinds: Readonly<Record<JobColumn['type'], string>> = {
  text: 'text',
  integer: 'a whole number',
  decimal: 'a decimal',
  number: 'a number',
  boolean: 'true or false',
  date: 'a date',
  timestamp: 'a time',
};

function rulesOf(field: string, column: JobColumn, raw: string, value: string): RowRule[] {
  const { type, min, max, minLength, maxLength, pattern, oneOf, required, decimals = 2, format } = column;
  const rules: RowRule[] = [];
  const add = (reason: string, isBroken: string): void => void rules.push({ field, reason, isBroken: `(${isBroken})` });
  if (required === true) add('it has no value', `${raw} IS NULL`);
  if (type !== 'text')
    add(
      `it is not ${kinds[type]}${format === undefined ? '' : ` of the form ${format}`}`,
      `${raw} IS NOT NULL AND ${value} IS NULL`,
    );
  // Casts round in silence: what would lose digits is no value of the type.
  if (type === 'integer')
    add('it is not a whole number', `contains(${raw}, '.') OR contains(${raw}, 'e') OR contains(${raw}, 'E')`);
  if (type === 'decimal') {
    add(
      `it has more than ${decimals} decimals`,
      // Bytes are counted first, for most rows end there.
      `CASE WHEN strlen(${raw}) - ${decimals} > instr(${raw}, '.') THEN contains(${raw}, '.') AND length(rtrim(${raw})) - instr(${raw}, '.') > ${decimals} END`,
    );
    add('it is not a decimal: write it without e', `contains(${raw}, 'e') OR contains(${raw}, 'E')`);
  }
  if (type === 'number') add('it is not a finite number', `NOT isfinite(${value})`);
  const bound = (limit: number | string): string =>
    typeof limit === 'number' ? String(limit) : `CAST(${text(limit)} AS ${sqlType(column)})`;
  if (min !== undefined) add(`it is below ${min}`, `${value} < ${bound(min)}`);
  if (max !== undefined) add(`it is above ${max}`, `${value} > ${bound(max)}`);
  if (minLength !== undefined) add(`it is shorter than ${minLength}`, `length(${value}) < ${minLength}`);
  if (maxLength !== undefined)
    add(
      `it is longer than ${maxLength}`,
      `CASE WHEN strlen(${value}) > ${maxLength} THEN length(${value}) > ${maxLength} END`,
    );
  if (pattern !== undefined) add(`it does not fit ${pattern}`, `NOT regexp_full_match(${value}, ${text(pattern)})`);
  if (oneOf !== undefined)
    add(
      `it is none of ${oneOf.slice(0, 10).join(', ')}${oneOf.length > 10 ? ', ...' : ''}`,
      isNoneOf(value, [...new Set(oneOf)]),
    );
  return rules;
}

/** NOT IN would be planned as joins with the list, which cost more than all other rules together. */
function isNoneOf(value: string, list: readonly string[]): string {
  if (list.length <= 16) return list.map((each) => `${value} <> ${text(each)}`).join(' AND ');
  return `${value} IS NOT NULL AND TRY_CAST(${value} AS ENUM(${list.map(text).join(', ')})) IS NULL`;
}
