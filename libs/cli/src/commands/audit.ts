import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';

const examples = `
Examples:
  $ muster audit verify                          every chain, held against the decisions and tasks there are
  $ muster audit show approval/chg-7             who did what on whose authority, one chain
  $ muster audit verify --json | jq '.findings[]'

A chain holds in each record the hash of the one before: what was changed, taken out or put in shows. Exit code 1 when something does not fit.`;

export function auditCommand(program: Command): void {
  const audit = program
    .command('audit')
    .description('Shows who did what on whose authority, and whether the record of it is whole.')
    .addHelpText('after', examples);
  audit
    .command('show')
    .description('shows one chain')
    .argument('<subject>', 'e.g. approval/chg-7 or coordinator/remedy-inc-1-1')
    .action(async (subject: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { showAudit } = await import('../show-audit.ts');
      await showAudit(subject, options, terminal);
    });
  audit
    .command('verify')
    .description('verifies all of them')
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { verifyAudit } = await import('../show-audit.ts');
      await verifyAudit(options, terminal);
    });
}
