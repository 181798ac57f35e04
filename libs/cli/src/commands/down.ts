import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';

export function downCommand(program: Command): void {
  program
    .command('down')
    .description('Ends the mesh that `muster up` started on this machine, and nothing else.')
    .addHelpText('after', '\nExample:\n  $ muster down')
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { bringDown } = await import('../bring-up.ts');
      await bringDown(options, terminal);
    });
}
