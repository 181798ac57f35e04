import { clientOn, RequestError } from '@muster/client';
import type { GlobalOptions } from '../addresses.ts';
import { Failure, misuse } from '../failure.ts';
import { interruption } from '../invocation.ts';
import { parseDuration } from '../moment.ts';
import { readSource } from '../playbook/check-file.ts';
import { withBus } from '../session.ts';
import { tableLines } from '../table.ts';
import { harmless, type Terminal } from '../terminal.ts';
import { rightJob } from './check-job-file.ts';
import { failureWords } from './failure-words.ts';
import { runLines, type RunAnswer } from './run-lines.ts';

export interface JobRunFlags {
  readonly id?: string;
  readonly timeout: string;
}

export interface JobRejectsFlags {
  readonly from: string;
  readonly limit: string;
}

interface RejectedRow {
  readonly source: string;
  readonly row: number;
  readonly field: string;
  readonly reason: string;
  readonly record: string;
}

/** Has a job or a reconciliation run, and prints what became of it. Throws a Failure when it did not come to its end. */
export async function runJobFile(
  file: string,
  options: GlobalOptions & JobRunFlags,
  terminal: Terminal,
): Promise<void> {
  const source = readSource(file);
  const checked = await rightJob(file, source, options, terminal);
  const { name } = checked.kind === 'job' ? checked.job : checked.reconciliation;
  const runId = options.id ?? `${name}-${new Date().toISOString().replaceAll(/[-:]|\.\d+Z$/g, '')}`;
  const timeoutMs = parseDuration(options.timeout);
  if (timeoutMs === undefined || timeoutMs <= 0)
    throw misuse(`--timeout ${options.timeout} is not understood: give a duration, e.g. 30s or 5m.`);
  terminal.say(`${runId} begins.`);
  const answer =
    checked.kind === 'job'
      ? await ask('data.run-job', { job: source, runId }, timeoutMs, options, terminal)
      : await ask('data.reconcile', { reconciliation: source, runId }, timeoutMs, options, terminal);
  if (options.json) await terminal.print(JSON.stringify(answer));
  else for (const line of runLines(answer as RunAnswer)) await terminal.print(harmless(line));
}

/** Prints how far a run is. */
export async function showJobStatus(runId: string, options: GlobalOptions, terminal: Terminal): Promise<void> {
  const answer = await ask('data.job-status', { runId }, readWithinMs, options, terminal);
  if (options.json) await terminal.print(JSON.stringify(answer));
  else for (const line of runLines(answer as RunAnswer)) await terminal.print(harmless(line));
}

/** Prints rejected rows; as JSON one a line. */
export async function showJobRejects(
  runId: string,
  options: GlobalOptions & JobRejectsFlags,
  terminal: Terminal,
): Promise<void> {
  const [from, most] = [Number(options.from), Number(options.limit)];
  if (!Number.isInteger(from) || from < 0 || !Number.isInteger(most) || most < 1 || most > 500)
    throw misuse('--from is a whole number, --limit one from 1 to 500.');
  const answer = await ask('data.job-rejects', { runId, from, most }, readWithinMs, options, terminal);
  const { total, rows } = answer as { readonly total: number; readonly rows: readonly RejectedRow[] };
  if (options.json) {
    for (const row of rows) await terminal.print(JSON.stringify(row));
    return;
  }
  const lines = tableLines<RejectedRow>(
    rows,
    [
      { title: 'SOURCE', text: ({ source }) => source },
      { title: 'ROW', text: ({ row }) => String(row), align: 'right' },
      { title: 'FIELD', text: ({ field }) => field || '-' },
      { title: 'REASON', text: ({ reason }) => reason },
      { title: 'RECORD', text: ({ record }) => record },
    ],
    terminal,
  );
  for (const line of lines) await terminal.print(line);
  if (from + rows.length < total) terminal.say(`${total} in all: go on with --from ${from + rows.length}.`);
}

const readWithinMs = 30_000;

async function ask(
  capability: string,
  input: object,
  timeoutMs: number,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<unknown> {
  const { signal, release } = interruption();
  return withBus(options, async (bus) => {
    const client = clientOn(bus, { source: 'muster-cli' });
    try {
      return await client.request(capability, input, {
        timeoutMs,
        signal,
        onProgress({ done, total, message }) {
          const share = total === null || total === 0 ? '' : `${Math.floor((100 * done) / total)} % `;
          terminal.progress(harmless(`${share}${message}`));
        },
      });
    } catch (error) {
      if (signal.aborted)
        throw new Failure('Interrupted: the run goes on, and muster job status tells how far it is.', 130);
      // All rows but the rejected ones are loaded: that is an answer, and it says how many.
      if (error instanceof RequestError && error.end === 'partial')
        return JSON.parse(error.result?.output ?? '{}') as unknown;
      if (error instanceof RequestError) throw new Failure(harmless(failureWords(error)));
      throw error;
    } finally {
      release();
      await client.close(2_000);
    }
  });
}
