import { expect, it } from 'vitest';
import { runLines } from './run-lines.ts';

it('tells what became of a job, and where to look', () => {
  const run = {
    runId: 'load-7',
    job: 'nightly-load',
    status: 'PARTIAL',
    read: 3,
    loaded: 2,
    rejected: 1,
    batches: 1,
    sink: 'out',
    tookMs: 1_000,
  };
  expect(runLines(run)).toEqual([
    'load-7 (nightly-load) PARTIAL: 3 rows read, 2 loaded into out, 1 rejected; 1 batches, 1s',
    'muster job rejects load-7 shows what was rejected, and why.',
  ]);
  expect(runLines({ ...run, loaded: 3, rejected: 0, status: 'COMPLETED' })).toHaveLength(1);
});

it('tells both sides of a reconciliation', () => {
  const side = { rows: 5, rejected: 0, matched: 3, differing: 1, only: 1, ambiguous: 0 };
  const lines = runLines({
    runId: 'r',
    name: 'books',
    isSame: false,
    left: side,
    right: side,
    differingBy: { amount: 1, state: 0 },
    differences: 'differences/r',
    tookMs: 500,
  });
  expect(lines[0]).toContain('the sides differ');
  expect(lines).toContain('left  5 rows: 3 matched, 1 differing, 1 only here, 0 ambiguous, 0 rejected');
  expect(lines.slice(3)).toEqual(['differing in amount 1', 'what differs is in differences/r']);
});
