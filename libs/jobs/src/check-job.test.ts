import { expect, it } from 'vitest';
import { checkJob, jobProblemText } from './check-job.ts';

const job = (lines: Record<string, string> = {}): string =>
  Object.entries({
    name: 'nightly-load',
    version: '1',
    source: '{ csv: incoming/orders-*.csv }',
    columns: '\n  orderId: { type: integer, required: true, min: 1 }\n  amount: { type: decimal }',
    sink: '{ parquet: loaded/orders }',
    ...lines,
  })
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n');

const said = (source: string): string => {
  const checked = checkJob(source);
  return 'problems' in checked ? jobProblemText(checked.problems) : checked.kind;
};

it('lets a right job pass', () => {
  expect(said(job())).toBe('job');
});

it.each([
  [{ source: '{ csv: /etc/passwd }' }, '3:16 source.csv: a path is below the data directory'],
  [{ source: '{ csv: a/../../b.csv }' }, 'source.csv: a path is below the data directory'],
  [
    { source: '{ csv: a.csv, parquet: b }' },
    'a source is exactly one of csv, jsonLines, parquet; this is csv and parquet',
  ],
  [{ sink: '{ parket: out }' }, 'there is no key parket; did you mean parquet?'],
  [{ sink: '{ postgres: { url: "postgres://me:secret@db/x", table: t } }' }, 'never the address itself'],
  [{ source: '{ jsonLines: a.jsonl, delimiter: ";" }' }, 'delimiter goes with csv'],
  [{ columns: '\n  a: { type: integer, pattern: x }' }, '5:32 columns.a.pattern: pattern does not go with integer'],
  [{ columns: '\n  a: { type: text, pattern: "(?=a)" }' }, 'looking around'],
  [{ columns: '\n  a: { type: number, min: 3, max: 1 }' }, 'it is above max'],
  [{ columns: '\n  a: { type: date, min: 3 }' }, 'a bound of a date is written'],
  [{ columns: '\n  a: { type: text }\n  A: { type: text }' }, 'it differs from a by capital letters only'],
  [{ memory: 'much' }, 'memory is a number and MB or GB'],
])('says what is wrong: %o', (lines, message) => {
  expect(said(job(lines as Record<string, string>))).toContain(message);
});

it('checks a reconciliation on both sides', () => {
  const columns = '{ id: { type: integer }, amount: { type: decimal }, name: { type: text } }';
  const text = (rest: string): string =>
    `name: compare-books\nversion: 1\nleft: { source: { csv: a.csv } }\nright: { source: { parquet: b.parquet } }\ncolumns: ${columns}\n${rest}`;
  expect(said(text('keys: [id]\ncompare: { amount: { within: 0.01 } }'))).toBe('reconciliation');
  expect(said(text('keys: [ide]'))).toContain('keys.0: left has no column ide');
  expect(said(text('keys: [id]\ncompare: { name: { within: 1 } }'))).toContain('a text is the same or it is not');
});
