import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { JournalError, journalIn } from './journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'muster-journal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('counts orders on over the end of the process, in each folder on its own', () => {
  expect([journalIn(folder).next(), journalIn(folder).next()]).toEqual([1, 2]);
  expect(journalIn(join(folder, 'clean')).next()).toBe(1);
});

it('that is damaged stays so for whoever opens it, until it is renewed', () => {
  journalIn(folder).damage();
  expect(() => journalIn(folder).next()).toThrow(JournalError);
  journalIn(folder).renew();
  expect(journalIn(folder).next()).toBe(1);
});
