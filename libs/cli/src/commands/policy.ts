import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';
import type { TestFlags } from '../policies/test-policies.ts';

const help = `
Examples:
  $ muster policy list                                 what is in force, the built-in defaults too
  $ muster policy check policies/                      what is wrong with these files: line, column, nearest name
  $ muster policy test policies/cases.yaml             what the rules say of cases, beside what they should say
  $ muster policy publish policies/shop.yaml           puts it in force, without a restart

A policy file (editors: libs/cli/policy.schema.json):
  policyId: shop-changes
  version: 1
  agent: approval
  rules:
    - ruleId: evening
      description: After six nobody is there to help.
      when: now.getHours("Europe/Berlin") >= 18
      verdict: REVIEW

A file of cases:
  policies: [shop.yaml]
  cases:
    - name: a restart in the evening
      change: { target: shop, changeClass: restart, blastRadius: 0.5 }
      targets: [{ target: shop, tier: STANDARD }]
      at: 2026-01-07T19:00:00+01:00
      expect: { verdict: REVIEW, rule: shop-changes/evening }`;

/** `muster policy`: rules in files, and in force. */
export function policyCommand(program: Command): void {
  const policy = program
    .command('policy')
    .description('Shows, checks, tests and publishes the rules that agents go by.')
    .addHelpText('after', help);
  policy
    .command('list')
    .description('shows the policies that are in force, and what is wrong with them')
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { listPolicies } = await import('../policies/show-policies.ts');
      await listPolicies(options, terminal);
    });
  policy
    .command('check')
    .description('says what is wrong with policy files; needs no mesh')
    .argument('<files...>', 'policies in YAML, or folders of them')
    .action(async (files: readonly string[], _flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { checkPolicies } = await import('../policies/show-policies.ts');
      await checkPolicies(files, options, terminal);
    });
  policy
    .command('test')
    .description('tries policies on cases; exit code 1 when one is not as expected; needs no mesh')
    .argument('<cases...>', 'files of cases in YAML')
    .option(
      '--policy <file>',
      'a policy file or folder besides those the cases name; may be given several times',
      collect,
      [],
    )
    .action(async (files: readonly string[], _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<TestFlags>(command);
      const { testPolicies } = await import('../policies/test-policies.ts');
      await testPolicies(files, options, terminal);
    });
  policy
    .command('publish')
    .description('checks policy files and puts them in force; all or none')
    .argument('<files...>', 'policies in YAML, or folders of them')
    .action(async (files: readonly string[], _flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { publishPolicies } = await import('../policies/show-policies.ts');
      await publishPolicies(files, options, terminal);
    });
}

function collect(file: string, before: readonly string[]): readonly string[] {
  return [...before, file];
}
