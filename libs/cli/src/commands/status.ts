import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';

const examples = `
Examples:
  $ muster status
  $ muster status --json | jq '.agents[] | select(.status != "READY")'

An agent that was not heard of for 30 s is STALE, for 60 s GONE. Lag is what has yet to be read. Exit code 1 when an agent is
not ready, or a topic or schema is missing.`;

export function statusCommand(program: Command): void {
  program
    .command('status')
    .description('Shows the servers, the agents with their last heartbeat, and the lag of the consumer groups.')
    .addHelpText('after', examples)
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { showStatus } = await import('../show-status.ts');
      await showStatus(options, terminal);
    });
}
