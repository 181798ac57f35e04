import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';

const examples = `
Examples:
  $ muster request recovery.probe '{"target": "shop"}'
  $ muster request recovery.restart '{"target": "shop"}' --target shop --timeout 2m
  $ muster request any '{"ask": "is the shop up?", "with": {"target": "shop"}}'     by words instead of by name
  $ muster request data.run-job @job.json --range ^1.2 --no-retries --json

Prints the output; progress goes to standard error. --json prints how it ended as well: {"end", "output", "fault"}. A capability that asks for an approved
change is not run this way: publish a change request, or name one that was approved with --change. Exit code 1 when it did not end as completed.`;

export function requestCommand(program: Command): void {
  program
    .command('request')
    .description('Asks for a capability, waits for the agent that the router chooses, and shows its answer.')
    .argument('<capability>', 'e.g. recovery.probe; any, to be understood by words')
    .argument('<json|@file>', 'its input')
    .option('--range <range>', 'which versions of the capability will do, e.g. ^1.2')
    .option('--timeout <duration>', 'how long to wait; progress renews it', '30s')
    .option('--target <name>', 'what it acts on; the kill switch and budgets look at it')
    .option('--priority <priority>', 'LOW, NORMAL, HIGH or URGENT', 'NORMAL')
    .option('--scope <scope...>', 'scopes that the task carries')
    .option('--change <changeId>', 'the approved change on whose authority it acts')
    .option('--reason <text>', 'why, for people')
    .option('--no-retries', 'the first failure is the end')
    .option('--source <name>', 'who asks', 'muster-cli')
    .addHelpText('after', examples)
    .action(async (capability: string, input: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<RequestFlags>(command);
      const { requestCapability } = await import('../request-capability.ts');
      await requestCapability(capability, input, options, terminal);
    });
}

export interface RequestFlags {
  readonly range?: string;
  readonly timeout: string;
  readonly target?: string;
  readonly priority: string;
  readonly scope?: readonly string[];
  readonly change?: string;
  readonly reason?: string;
  readonly retries: boolean;
  readonly source: string;
}
