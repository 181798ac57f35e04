import { ordinalsAmongAll } from './csv-records.ts';
import type { DuckLane } from './duck.ts';
import type { Batch } from './source.ts';

/** A row that was not loaded, as it is kept. */
export interface RejectedRow {
  /** The file or table it came from, and which record of it, from 1 after the header; blank lines do not count. */
  readonly source: string;
  readonly row: number;
  /** The column whose rule it breaks; empty where it is no row at all. */
  readonly field: string;
  readonly reason: string;
  /** The row as JSON, or the text as it was, up to 2,000 letters. */
  readonly record: string;
}

/** How DuckDB's reader of CSV is to note what it could not take. */
export const readerOptions =
  "auto_detect = false, new_line = '\\n', store_rejects = true, rejects_table = 'parse_rejects', rejects_scan = 'parse_scans'";

const mostText = 2_000;

/** The same, with the row counted from 0 within its batch: where that begins is known when all before it are done. */
export type BatchReject = Omit<RejectedRow, 'source'>;

/** What the staged batch does not load, in the order of the source. */
export async function rejectedIn({ rules, taken, hasParseRejects }: Batch, duck: DuckLane): Promise<BatchReject[]> {
  const rejected: BatchReject[] = [];
  const cut = taken.map(({ ordinal }) => ordinal);
  for (const { ordinal, reason, bytes } of taken)
    rejected.push({ row: ordinal, field: '', reason, record: bytes.toString('utf8') });
  const parse = hasParseRejects ? await parseRejects(duck) : [];
  const parsed = ordinalsAmongAll(
    parse.map(({ line }) => line),
    cut,
  );
  for (const [index, { message, record }] of parse.entries())
    rejected.push({ row: parsed[index] ?? 0, field: '', reason: message, record });
  const bad = await duck.rows('SELECT rowid AS row, fault, raw FROM checked WHERE fault > 0 ORDER BY rowid');
  const gone = [...cut, ...parsed].sort((one, other) => one - other);
  const rows = ordinalsAmongAll(
    bad.map(({ row }) => Number(row)),
    gone,
  );
  for (const [index, { fault, raw }] of bad.entries()) {
    const rule = rules.rules[Number(fault) - 1];
    rejected.push({
      row: rows[index] ?? 0,
      field: rule?.field ?? '',
      reason: rule?.reason ?? 'unknown',
      record: (raw as string | null) ?? '',
    });
  }
  return rejected.sort((one, other) => one.row - other.row);
}

/** As JSON lines. `firstRow`: how many records of that file came before the batch. */
export function rejectLines(rejected: readonly BatchReject[], source: string, firstRow: number): string[] {
  return rejected.map(({ row, field, reason, record }) => {
    const kept = record.length > mostText ? `${record.slice(0, mostText)}...` : record;
    return JSON.stringify({ source, row: firstRow + row + 1, field, reason, record: kept } satisfies RejectedRow);
  });
}

interface ParseReject {
  /** Which record of what DuckDB read, from 0. */
  readonly line: number;
  readonly message: string;
  readonly record: string;
}

async function parseRejects(duck: DuckLane): Promise<ParseReject[]> {
  const found = await duck.rows(
    'SELECT line, first(error_message ORDER BY column_idx) AS message, first(csv_line) AS record FROM parse_rejects GROUP BY line ORDER BY line',
  );
  return found.map(({ line, message, record }) => ({
    line: Number(line) - 1,
    message: wordsOf(String(message)),
    record: ((record as string | null) ?? '').trim(),
  }));
}

/** What DuckDB says of a line, as a person would. */
function wordsOf(message: string): string {
  const [, expected, found] = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message) ?? [];
  return expected === undefined ? (message.split('\n')[0] ?? message) : `it has ${found} fields instead of ${expected}`;
}
