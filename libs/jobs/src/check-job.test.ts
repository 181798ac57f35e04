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
    'a source is exactly one of csv, jsonLines, parquet, postgres, topic; this is csv and parquet',
  ],
  [{ sink: '{ parket: out }' }, 'there is no key parket; did you mean parquet?'],
  [{ sink: '{ postgres: { url: "postgres://me:secret@db/x", table: t } }' }, 'never the address itself'],
  [{ source: '{ jsonLines: a.jsonl, delimiter: ";" }' }, 'delimiter goes with csv'],
  [{ columns: '\n  a: { type: integer, pattern: x }' }, '5:32 columns.a.pattern: pattern does not go with integer'],
  [{ columns: '\n  a: { type: text, pattern: "(?=a)" }' }, 'looking around'],
  [{ columns: '\n  a: { type: number, min: 3, max: 1 }' }, 'it is above max'],
  [{ columns: '\n  a: { type: date, min: 3 }' }, 'a bound of a date is written'],
  [{ columns: '\n  a: { type: text }\n  A: { type: text }' }, 'it differs from a by capital letters only'],
  [{ columns: '\n  a: { type: intger }' }, '5:14 columns.a.type: it is one of text, integer, decimal,'],
  [{ source: '{ postgres: { url: SHOP_POSTGRES_URL, table: orders } }' }, 'source.postgres.key'],
  [{ source: '{ topic: muster.decisions.v1 }' }, '3:18 source.topic: it is one of muster.metrics.v1,'],
  [
    { sink: '{ topic: { name: muster.tasks.v1 } }' },
    'sink.topic.name: it is one of muster.metrics.v1, muster.security',
  ],
  [{ source: '{ csv: a.csv, since: "2026-01-01" }' }, 'since goes with topic'],
  [{ source: '{ topic: muster.metrics.v1, since: "2026-13-01" }' }, 'there is no such day or time'],
  [{ source: '{ topic: muster.metrics.v1, since: "2026-01-02", until: "2026-01-01" }' }, 'it is not before until'],
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

it.each([
  [
    'target: { type: text, required: true }',
    'with: { name: a }',
    'sink.topic: MetricSample needs value: make it a column, or',
  ],
  [
    'traget: { type: text }',
    '',
    'columns.traget: MetricSample has no field traget; did you mean target?; or name it under labels',
  ],
  ['value: { type: text, required: true }', '', 'columns.value: value is number, and a text is none'],
  ['value: { type: number }', '', 'columns.value: every message needs it: say required: true, or give a default'],
  [
    'value: { type: number, required: true }',
    'with: { value: 1 }',
    'sink.topic.with.value: a column of this name fills it',
  ],
  ['category: { type: text }', '', 'columns.category: category is one of UNKNOWN, PERFORMANCE'],
  ['value: { type: number }', 'with: { at: noon }', 'sink.topic.with.at: at is timestamp (milliseconds since 1970)'],
  ['value: { type: number }', 'labels: [country]', 'sink.topic.labels.0: there is no column country'],
])('holds columns against the record of a topic: %s %s', (columns, more, message) => {
  const checked = checkJob(
    job({ columns: `{ ${columns} }`, sink: `{ topic: { name: muster.metrics.v1${more === '' ? '' : `, ${more}`} } }` }),
  );
  expect('problems' in checked ? checked.problems.map((each) => each.message).join('\n') : 'right').toContain(message);
});

it('lets rows be messages', () => {
  const columns =
    '{ value: { type: decimal, required: true }, at: { type: timestamp, required: true }, country: { type: text } }';
  const sink = '{ topic: { name: muster.metrics.v1, with: { target: shop, name: amount }, labels: [country] } }';
  expect(said(job({ columns, sink }))).toBe('job');
});
