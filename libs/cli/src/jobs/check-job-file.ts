import { checkJob, type CheckedJob } from '@muster/jobs';
import type { GlobalOptions } from '../addresses.ts';
import { Failure } from '../failure.ts';
import { readSource } from '../playbook/check-file.ts';
import type { Terminal } from '../terminal.ts';

/** Prints what is wrong with a job. Throws a Failure when anything is. */
export async function checkJobFile(file: string, options: GlobalOptions, terminal: Terminal): Promise<void> {
  const checked = await rightJob(file, readSource(file), options, terminal);
  if (options.json) return terminal.print(JSON.stringify({ file, problems: [] }));
  const { name, version } = checked.kind === 'job' ? checked.job : checked.reconciliation;
  terminal.say(`${name} ${version} is right: a ${checked.kind}. Whether its files are there is seen when it runs.`);
}

/** The job in a text. Prints what is wrong, and throws a Failure, when anything is. */
export async function rightJob(
  file: string,
  source: string,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<Exclude<CheckedJob, { readonly problems: unknown }>> {
  const checked = checkJob(source);
  if ('kind' in checked) return checked;
  const { problems } = checked;
  if (options.json) await terminal.print(JSON.stringify({ file, problems }));
  else for (const { line, column, message } of problems) await terminal.print(`${file}:${line}:${column} ${message}`);
  throw new Failure(`${file} is not right: ${problems.length} problem${problems.length === 1 ? '' : 's'}.`);
}
