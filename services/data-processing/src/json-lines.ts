import type { JobColumns } from '@muster/jobs';
import { columnRules, type ColumnRules } from './column-rules.ts';
import { text } from './duck.ts';
import { readerOptions } from './rejected-rows.ts';

/** JSON lines as rows of one text; control letters can not be in JSON, so one of them parts nothing. */
export function jsonRelation(file: string): string {
  const raw = `read_csv(${text(file)}, header = false, columns = {'line': 'VARCHAR'}, delim = '\u0001', quote = '', escape = '', ${readerOptions})`;
  return `(SELECT line, CASE WHEN json_valid(line) THEN json_type(line) = 'OBJECT' ELSE false END AS is_object FROM ${raw})`;
}

/** A column is a field of the object. */
export function jsonRules(columns: JobColumns): ColumnRules {
  const field = (name: string): string => {
    const path = text(`$."${name.replaceAll('"', '')}"`);
    return `CASE WHEN is_object THEN json_extract_string(line, ${path}) END`;
  };
  return columnRules(columns, field, { isBroken: 'NOT is_object', reason: 'it is no JSON object', raw: 'line' });
}
