import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkJob, jobProblemText } from '@muster/jobs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dataRoot } from './data-root.ts';
import { reconcile } from './reconcile.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'muster-data-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const text = `
name: books
version: 1
left: { source: { csv: left.csv } }
right: { source: { jsonLines: right.jsonl } }
columns: { id: { type: integer }, amount: { type: decimal }, name: { type: text }, at: { type: timestamp } }
keys: [id]
compare: { amount: { within: 0.01 }, name: {}, at: { within: 60 } }
differences: differences
`;

function run(definition: string) {
  const checked = checkJob(definition);
  if (!('kind' in checked) || checked.kind !== 'reconciliation')
    throw new Error('problems' in checked ? jobProblemText(checked.problems) : 'a job');
  return reconcile(checked.reconciliation, 'run-1', {
    root: dataRoot(directory),
    signal: new AbortController().signal,
    now: Date.now,
    memory: '256MB',
    threads: 2,
    batchBytes: 60,
    progress: () => undefined,
  });
}

const lines = (file: string): unknown[] =>
  readFileSync(join(directory, 'differences', file), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);

it('finds what matches, differs, is on one side only, and is ambiguous; totals add up', async () => {
  writeFileSync(
    join(directory, 'left.csv'),
    'id,amount,name,at\n1,1.00,a,2026-01-01 10:00:00\n2,2.00,b,\n3,3.00,c,\n4,4.00,d,\n5,5,e,\n5,5,e,\n6,x,f,\n,1,g,\n7,7,h,\n8,8,i,\n9,9,,\n',
  );
  writeFileSync(
    join(directory, 'right.jsonl'),
    [
      { id: 1, amount: 1.01, name: 'a', at: '2026-01-01 10:00:59' },
      { id: 2, amount: 2.02, name: 'b' },
      { id: 3, amount: 3, name: 'C' },
      { id: 5, amount: 5, name: 'e' },
      { id: 6, amount: 6, name: 'f' },
      { id: 7, amount: 7, name: 'h' },
      { id: 7, amount: 7, name: 'h' },
      { id: 8, amount: null, name: 'j' },
      { id: 9, amount: 9 },
      { id: 10, amount: 10 },
    ]
      .map((row) => `${JSON.stringify(row)}\n`)
      .join(''),
  );
  const result = await run(text);
  expect(result).toMatchObject({
    isSame: false,
    left: { rows: 11, rejected: 1, matched: 2, differing: 3, only: 1, ambiguous: 4 },
    right: { rows: 10, rejected: 0, matched: 2, differing: 3, only: 2, ambiguous: 3 },
    differingBy: { amount: 2, name: 2, at: 0 },
    sums: [{ column: 'amount', left: 45, right: 50.03 }],
  });
  expect(lines('differing.jsonl')).toHaveLength(3);
  expect(lines('differing.jsonl')).toContainEqual(
    expect.objectContaining({ id: 3, columns: expect.objectContaining({ name: { left: 'c', right: 'C' } }) }),
  );
  expect(lines('left-only.jsonl')).toMatchObject([{ id: 4 }]);
  expect(lines('right-only.jsonl')).toMatchObject([{ id: 6 }, { id: 10 }]);
  expect(lines('ambiguous.jsonl')).toHaveLength(7);
  expect(lines('rejected.jsonl')).toMatchObject([{ row: 7, field: 'amount', reason: 'it is not a decimal' }]);
});

it('says that two sets are the same', async () => {
  for (const file of ['left.csv', 'right.csv'])
    writeFileSync(join(directory, file), 'id,amount,name,at\n1,1.00,a,\n2,2,b,\n');
  expect(await run(text.replace('jsonLines: right.jsonl', 'csv: right.csv'))).toMatchObject({
    isSame: true,
    left: { matched: 2 },
  });
});

it('takes columns by the names that it uses itself', async () => {
  const rows = ['n,at,rowid,side', '1,1,a,x', '1,1,a,x', '2,1,b,x', '3,1,c,x'];
  writeFileSync(join(directory, 'left.csv'), rows.join('\n'));
  writeFileSync(join(directory, 'right.csv'), rows.slice(0, 4).join('\n').replace('b', 'd'));
  const named = text
    .replace('jsonLines: right.jsonl', 'csv: right.csv')
    .replace(
      /columns:[^]*differences:/,
      'columns: { n: { type: integer }, at: { type: integer }, rowid: { type: text }, side: { type: text } }\nkeys: [n, at]\ndifferences:',
    );
  expect(await run(named)).toMatchObject({
    left: { rows: 4, matched: 0, differing: 1, only: 1, ambiguous: 2 },
    right: { rows: 3, matched: 0, differing: 1, only: 0, ambiguous: 2 },
  });
  const only = readFileSync(join(directory, 'differences/left-only.jsonl'), 'utf8');
  expect(JSON.parse(only)).toEqual({ n: 3, at: 1, rowid: 'c', side: 'x' });
});
