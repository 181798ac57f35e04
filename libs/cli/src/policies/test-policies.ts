/** `muster policy test`: policies held against cases. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Policy } from '@muster/schemas';
import type { GlobalOptions } from '../addresses.ts';
import { Failure, misuse } from '../failure.ts';
import { tableLines } from '../table.ts';
import type { Column } from '../table.ts';
import { harmless } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { casesForm } from './case-form.ts';
import { filesIn, readForm, readPolicy, type SourceProblem } from './policy-source.ts';
import { tellProblems } from './show-policies.ts';
import { tryCase, type CaseResult } from './try-case.ts';

export interface TestFlags {
  /** Policy files besides those that the cases name. */
  readonly policy: readonly string[];
}

/** Prints a line for each case, and what differs. Throws a Failure when a case is not as expected, or a file is wrong. */
export async function testPolicies(
  files: readonly string[],
  options: GlobalOptions & TestFlags,
  terminal: Terminal,
): Promise<void> {
  const results: CaseResult[] = [];
  for (const file of filesIn(files)) {
    const tried = tryFile(file, options.policy);
    if (!('results' in tried)) {
      await tellProblems(tried, options, terminal);
      throw new Failure(`${file} can't be tried: see above.`);
    }
    results.push(...tried.results);
  }
  const failed = results.filter(({ differences }) => differences.length > 0);
  if (options.json)
    await terminal.print(JSON.stringify({ passed: results.length - failed.length, failed: failed.length, results }));
  else await printResults(results, failed, terminal);
  if (failed.length > 0) throw new Failure(`${failed.length} of ${results.length} cases are not as expected.`);
}

/** All cases of a file, tried; or what is wrong with it or its policies. */
export function tryFile(
  file: string,
  besides: readonly string[],
): { readonly results: readonly CaseResult[] } | readonly SourceProblem[] {
  const read = readForm(file, readFileSync(file, 'utf8'), casesForm);
  if (!('value' in read)) return read;
  const named = read.value.policies.map((path) => join(dirname(file), path));
  const sources = filesIn([...named, ...besides]).map(readPolicy);
  const problems = sources.flatMap((source) => ('policy' in source ? [] : source));
  if (problems.length > 0) return problems;
  const policies = sources.flatMap((source): Policy[] => ('policy' in source ? [source.policy] : []));
  const twice = policies.find(
    ({ policyId }, index) => policies.findIndex((each) => each.policyId === policyId) !== index,
  );
  if (twice !== undefined) throw misuse(`Two of the policy files hold ${twice.policyId}: only one can be in force.`);
  return { results: read.value.cases.map((each) => tryCase(each, policies)) };
}

async function printResults(
  results: readonly CaseResult[],
  failed: readonly CaseResult[],
  terminal: Terminal,
): Promise<void> {
  const { colours } = terminal;
  const isAsExpected = ({ differences }: CaseResult): boolean => differences.length === 0;
  const columns: readonly Column<CaseResult>[] = [
    {
      title: '',
      text: (result) => (isAsExpected(result) ? 'ok' : 'NO'),
      paint: (result) => (isAsExpected(result) ? colours.green : colours.red),
    },
    { title: 'CASE', text: ({ name }) => name },
    { title: 'EXPECTED', text: ({ expected }) => expected.verdict },
    { title: 'WAS', text: ({ said }) => said.verdict },
    { title: 'BY', text: ({ said }) => said.rules.join(', ') || '-' },
  ];
  for (const line of tableLines(results, columns, terminal)) await terminal.print(line);
  for (const { name, differences, said } of failed) {
    await terminal.print('');
    await terminal.print(colours.bold(harmless(name)));
    for (const difference of differences) await terminal.print(`  ${colours.red('-')} ${harmless(difference)}`);
    for (const voice of said.voices) await terminal.print(`    ${colours.dim(harmless(voice))}`);
  }
}
