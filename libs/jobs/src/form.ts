/** The form of a job: what is read, what its columns must be, and where it goes. What the form can't say by itself is checked in check-job.ts. */
import { z } from 'zod';
import { readableTopics, writableTopics } from './job-topics.ts';

const sentence = z.string().max(2_000);
const fileName = z
  .string()
  .min(1)
  .max(500)
  .refine((path) => !path.startsWith('/') && !path.split('/').includes('..') && !/[\0\\]/.test(path), {
    message: 'a path is below the data directory: it begins without / and has no ..',
  });
const moment = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?$/, 'a time is written "2026-01-31" or "2026-01-31 10:00"')
  .refine(
    (text) => !Number.isNaN(Date.parse(`${text.replace(' ', 'T')}${text.length > 10 ? 'Z' : ''}`)),
    'there is no such day or time',
  );
/** Names that go into the header of a file or into a table. */
const columnName = z.string().regex(/^[A-Za-z_]\w{0,62}$/, 'a column is named by letters, digits and _, e.g. orderId');
const name = z.string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'a name is lower case with hyphens, e.g. nightly-load');
/** The name says what it is for, so that a job can not send anything else of the environment to where it likes. */
const postgresVariable = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9_]{0,80}_POSTGRES_URL$/,
    'name the variable of the environment that holds the address, e.g. ORDERS_POSTGRES_URL; never the address itself',
  );
const tableName = z.string().regex(/^[a-z_]\w{0,62}(\.[a-z_]\w{0,62})?$/, 'a table is named table or schema.table');

const source = z
  .strictObject({
    csv: fileName.optional().describe('One file, or several by * in the last part of the path.'),
    jsonLines: fileName.optional().describe('The same for JSON objects, one a line.'),
    parquet: fileName.optional().describe('The same for Parquet.'),
    postgres: z
      .strictObject({
        url: postgresVariable,
        table: tableName,
        key: z
          .string()
          .min(1)
          .max(63)
          .describe('A column without nulls, by which the table is read, best its primary key.'),
      })
      .optional()
      .describe('A table, or a view, of PostgreSQL.'),
    topic: z.enum(readableTopics).optional().describe('Messages of a topic of the mesh.'),
    since: moment.optional().describe('Of a topic: from when on (UTC). Default: all that is kept.'),
    until: moment.optional().describe('Of a topic: until when (UTC), without it. Default: when the run begins.'),
    delimiter: z.string().length(1).optional().describe('Of CSV; default a comma.'),
    header: z
      .boolean()
      .optional()
      .describe('Whether CSV begins with the names of its columns. Default true; else columns go by their order.'),
    charset: z.enum(['utf-8', 'windows-1252']).optional().describe('Of CSV and JSON lines. Default utf-8.'),
    extraColumns: z
      .enum(['refuse', 'ignore'])
      .optional()
      .describe('What becomes of columns of CSV that the job does not name. Default refuse.'),
  })
  .superRefine((each, { addIssue }) => {
    oneOf(each, ['csv', 'jsonLines', 'parquet', 'postgres', 'topic'], 'a source', addIssue);
    for (const key of ['since', 'until'] as const)
      if (each[key] !== undefined && each.topic === undefined)
        addIssue({ code: 'custom', path: [key], message: `${key} goes with topic` });
    if (
      each.since !== undefined &&
      each.until !== undefined &&
      each.since.replace('T', ' ') >= each.until.replace('T', ' ')
    )
      addIssue({ code: 'custom', path: ['since'], message: 'it is not before until: there is nothing to read' });
    for (const key of ['delimiter', 'header', 'extraColumns'] as const)
      if (each[key] !== undefined && each.csv === undefined)
        addIssue({ code: 'custom', path: [key], message: `${key} goes with csv` });
    if (each.charset !== undefined && each.csv === undefined && each.jsonLines === undefined)
      addIssue({ code: 'custom', path: ['charset'], message: 'charset goes with csv and jsonLines' });
  });

const sink = z
  .strictObject({
    csv: fileName.optional().describe('A folder for one CSV file a batch; {run} stands for the id of the run.'),
    jsonLines: fileName.optional().describe('The same as JSON lines.'),
    parquet: fileName.optional().describe('The same as Parquet.'),
    postgres: z
      .strictObject({ url: postgresVariable, table: tableName })
      .optional()
      .describe('A table of PostgreSQL that is there, with columns named like those of the job.'),
    topic: z
      .strictObject({
        name: z.enum(writableTopics),
        with: z
          .record(z.string(), z.union([z.string().max(200), z.number(), z.boolean()]))
          .optional()
          .describe('Fields that are the same in all messages.'),
        labels: z
          .array(columnName)
          .max(20)
          .optional()
          .describe('Columns that become labels (attributes) of a message.'),
      })
      .optional()
      .describe('A topic of the mesh: each row is a message, each column a field of its record.'),
  })
  .superRefine((each, { addIssue }) =>
    oneOf(each, ['csv', 'jsonLines', 'parquet', 'postgres', 'topic'], 'a sink', addIssue),
  );

const bound = z.union([z.number(), z.string().max(40)]);

const column = z.strictObject({
  type: z.enum(['text', 'integer', 'decimal', 'number', 'boolean', 'date', 'timestamp']),
  from: z.string().min(1).max(200).optional().describe('Its name in the source, where that is another.'),
  trim: z.boolean().optional().describe('Takes blanks off both ends. Default false.'),
  case: z.enum(['lower', 'upper']).optional(),
  nullIf: z.string().max(200).optional().describe('The text that stands for no value, e.g. "-".'),
  default: z.string().max(200).optional().describe('What takes the place of no value.'),
  format: z
    .string()
    .max(100)
    .optional()
    .describe('Of a date or timestamp, as strptime has it: %d.%m.%Y; or epoch-ms, milliseconds since 1970.'),
  decimals: z.int().min(0).max(9).optional().describe('Of a decimal; a value with more is rejected. Default 2.'),
  required: z.boolean().optional().describe('A row without a value is rejected. Default false.'),
  min: bound.optional(),
  max: bound.optional(),
  minLength: z.int().min(1).max(1_000_000).optional(),
  maxLength: z.int().min(1).max(1_000_000).optional(),
  pattern: z.string().min(1).max(500).optional().describe('A regular expression (RE2) that the whole text fits.'),
  oneOf: z.array(z.string().max(200)).min(1).max(1_000).optional(),
});

const columns = z
  .record(columnName, column)
  .refine((each) => Object.keys(each).length > 0, 'there is at least one column')
  .refine((each) => Object.keys(each).length <= 1_000, 'there are at most 1000 columns');

const memory = z
  .string()
  .regex(/^[1-9]\d{0,4}(MB|GB)$/, 'memory is a number and MB or GB, e.g. 512MB')
  .optional()
  .describe('How much DuckDB may use; the agent sets a limit that can not be exceeded.');

export const jobForm = z.strictObject({
  name,
  version: z.int().min(1).describe('Counts up with every change.'),
  description: sentence.optional(),
  source,
  columns,
  sink,
  mostRejects: z.int().min(0).optional().describe('With more rejected rows than this it fails. Default: no limit.'),
  memory,
});

const side = z.strictObject({ source, columns: columns.optional() });

export const reconciliationForm = z.strictObject({
  name,
  version: z.int().min(1).describe('Counts up with every change.'),
  description: sentence.optional(),
  left: side,
  right: side,
  columns: columns.optional().describe('Columns of both sides, where a side does not say its own.'),
  keys: z.array(columnName).min(1).max(10).describe('What names a row, on both sides.'),
  compare: z
    .record(
      columnName,
      z.strictObject({
        within: z.number().min(0).optional().describe('How far numbers may be apart; seconds for timestamps.'),
        withinShare: z.number().min(0).max(1).optional().describe('The same as a share of the larger one.'),
      }),
    )
    .optional()
    .describe('Columns that must agree. Default: all but the keys, exactly.'),
  differences: fileName
    .optional()
    .describe('A folder for what differs, as JSON lines; {run} stands for the id of the run. Default: none are kept.'),
  memory,
});

export type Job = z.infer<typeof jobForm>;
export type Reconciliation = z.infer<typeof reconciliationForm>;
export type JobColumn = z.infer<typeof column>;
export type JobColumns = z.infer<typeof columns>;
export type JobSource = z.infer<typeof source>;
export type JobSink = z.infer<typeof sink>;

function oneOf(
  value: Readonly<Record<string, unknown>>,
  kinds: readonly string[],
  what: string,
  addIssue: (issue: { code: 'custom'; message: string }) => void,
): void {
  const named = kinds.filter((kind) => value[kind] !== undefined);
  if (named.length !== 1)
    addIssue({
      code: 'custom',
      message: `${what} is exactly one of ${kinds.join(', ')}; this is ${named.join(' and ') || 'none'}`,
    });
}
