/** Rows for the benchmark of data processing: made by count alone, so that anybody knows what must come out. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { columnRules } from '@muster/data-processing';
import type { Job } from '@muster/jobs';

export const badEvery = 1_000;
const countries = ['DE', 'FR', 'GB', 'US', 'ES', 'IT', 'PL', 'SE'];

/** The job that loads them, as YAML. */
export const ordersJob = `
name: bench-orders
version: 1
source: { csv: orders.csv }
columns:
  orderId: { type: integer, required: true, min: 1 }
  customer: { type: text, required: true, maxLength: 40 }
  amount: { type: decimal, min: 0, max: 100000 }
  country: { type: text, oneOf: [${countries.join(', ')}] }
  placedAt: { type: timestamp, required: true }
  note: { type: text }
sink: { parquet: "loaded/{run}" }
`;

export const benchTable = 'muster_bench_orders';

/** The same into PostgreSQL. */
export const ordersToPostgres = ordersJob.replace(
  /sink: .*/,
  `sink: { postgres: { url: MUSTER_POSTGRES_URL, table: ${benchTable} } }`,
);

/** How DuckDB alone is asked to write what it selects. */
const formats = { parquet: 'FORMAT parquet', csv: 'FORMAT csv, HEADER false' } as const;

/**
 * The same with DuckDB alone, as one would write it by hand: types are the reader's, which leaves out what does not fit them, and the conditions are in WHERE. It rounds
 * amounts of more decimals, keeps no rejected rows and can not go on.
 */
export function copyStatement(file: string, to: string, format: keyof typeof formats = 'parquet'): string {
  return `COPY (SELECT * FROM read_csv('${file}', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', ignore_errors = true,
    columns = {orderId: 'BIGINT', customer: 'VARCHAR', amount: 'DECIMAL(18,2)', country: 'VARCHAR', placedAt: 'TIMESTAMP', note: 'VARCHAR'})
    WHERE orderId >= 1 AND customer IS NOT NULL AND length(customer) <= 40 AND coalesce(amount BETWEEN 0 AND 100000, true)
    AND coalesce(country IN (${countries.map((each) => `'${each}'`).join(', ')}), true) AND placedAt IS NOT NULL) TO '${to}' (${formats[format]})`;
}

/** The same with DuckDB alone by every rule of the job, as the job itself checks them: what it leaves is told by no one. */
export function copyByRules({ columns }: Job, file: string, to: string): string {
  const names = Object.keys(columns);
  const { checked, values } = columnRules(columns, (name) => `c${names.indexOf(name)}`);
  const declared = names.map((_, at) => `'c${at}': 'VARCHAR'`).join(', ');
  const reader = `read_csv('${file}', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', new_line = '\\n', ignore_errors = true, columns = {${declared}})`;
  return `COPY (SELECT ${values} FROM (${checked(reader)}) WHERE fault = 0) TO '${to}' (${formats.parquet})`;
}

/** Writes `rows` orders; every thousandth is bad. Some have quotes, delimiters and letters outside of ASCII. */
export function writeOrders(file: string, rows: number): void {
  writeLines(file, 'orderId,customer,amount,country,placedAt,note', rows, (number) => {
    const amount = ((number * 37) % 1_000_000) / 100;
    const day = String(1 + (number % 28)).padStart(2, '0');
    const time = `${String(number % 24).padStart(2, '0')}:${String(number % 60).padStart(2, '0')}:00`;
    const note = number % 20 === 0 ? '"said ""now"", twice"' : number % 50 === 1 ? 'später' : 'plain';
    const country = number % badEvery === 0 ? 'XX' : countries[number % countries.length];
    return `${number},customer-${(number * 7_919) % 50_000},${amount},${country},2026-11-${day} ${time},${note}`;
  });
}

/** Two sets with known differences. */
export const reconciliation = `
name: bench-books
version: 1
left: { source: { csv: left.csv } }
right: { source: { csv: right.csv } }
columns: { orderId: { type: integer }, amount: { type: decimal }, state: { type: text } }
keys: [orderId]
compare: { amount: { within: 0.01 }, state: {} }
differences: "differences/{run}"
`;

export interface ExpectedTotals {
  readonly matched: number;
  readonly differing: number;
  readonly leftOnly: number;
  readonly rightOnly: number;
  readonly ambiguousLeft: number;
  readonly ambiguousRight: number;
}

/** Of 1,000 rows one lacks on the right, one on the left, two differ (amount, state), one is twice on the right, and one differs within the tolerance. */
export function writeBooks(left: string, right: string, rows: number): ExpectedTotals {
  const amountOf = (number: number): number => (number * 37) % 1_000_000;
  const line = (number: number, cents: number, state: string): string =>
    `${number},${(cents / 100).toFixed(2)},${state}`;
  const kindOf = (number: number): number => number % 1_000;
  writeLines(left, 'orderId,amount,state', rows, (number) =>
    kindOf(number) === 2 ? undefined : line(number, amountOf(number), 'paid'),
  );
  writeLines(right, 'orderId,amount,state', rows, (at) => {
    // In the other order, as another system would have it.
    const number = rows + 1 - at;
    const cents = amountOf(number);
    switch (kindOf(number)) {
      case 1:
        return undefined;
      case 3:
        return line(number, cents + 2, 'paid');
      case 4:
        return line(number, cents, 'open');
      case 5:
        return `${line(number, cents, 'paid')}\n${line(number, cents, 'paid')}`;
      case 6:
        return line(number, cents + 1, 'paid');
      default:
        return line(number, cents, 'paid');
    }
  });
  const of = (kind: number): number => Math.floor((rows - kind) / 1_000) + (rows >= kind ? 1 : 0);
  const [leftOnly, rightOnly, twice, differing] = [of(1), of(2), of(5), of(3) + of(4)];
  return {
    matched: rows - leftOnly - rightOnly - twice - differing,
    differing,
    leftOnly,
    rightOnly,
    ambiguousLeft: twice,
    ambiguousRight: 2 * twice,
  };
}

function writeLines(file: string, header: string, rows: number, lineOf: (number: number) => string | undefined): void {
  const descriptor = openSync(file, 'w');
  let block = `${header}\n`;
  for (let number = 1; number <= rows; number += 1) {
    const line = lineOf(number);
    if (line !== undefined) block += `${line}\n`;
    if (block.length > 1_000_000) {
      writeSync(descriptor, block);
      block = '';
    }
  }
  writeSync(descriptor, block);
  closeSync(descriptor);
}
