import { checkTargets } from '@muster/targets';
import type { GlobalOptions } from '../addresses.ts';
import { Failure } from '../failure.ts';
import { readSource } from '../playbook/check-file.ts';
import type { Terminal } from '../terminal.ts';

/** Prints what is wrong with a file of targets. Throws a Failure when anything is. */
export async function checkTargetsFile(file: string, options: GlobalOptions, terminal: Terminal): Promise<void> {
  const checked = checkTargets(readSource(file));
  const problems = 'problems' in checked ? checked.problems : [];
  if (options.json) await terminal.print(JSON.stringify({ file, problems }));
  else for (const { line, column, message } of problems) await terminal.print(`${file}:${line}:${column} ${message}`);
  if (!('targets' in checked))
    throw new Failure(`${file} is not right: ${problems.length} problem${problems.length === 1 ? '' : 's'}.`);
  const { targets } = checked;
  const checks = targets.reduce((sum, target) => sum + target.checks.length, 0);
  if (!options.json) terminal.say(`${file} is right: ${targets.length} targets, ${checks} checks.`);
}
