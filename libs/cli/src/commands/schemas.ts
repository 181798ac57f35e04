import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';

export function schemasCommand(program: Command): void {
  const schemas = program
    .command('schemas')
    .description('Registers the schemas of the topics, or checks whether the registry would take them.')
    .addHelpText(
      'after',
      `
Examples:
  $ muster schemas check             what would happen; exit code 1 when a schema is incompatible
  $ muster schemas push              registers what is new; safe to repeat`,
    );
  schemas
    .command('push')
    .description('registers every version of every schema that the registry does not have')
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { pushAll } = await import('../register-schemas.ts');
      await pushAll(options, terminal);
    });
  schemas
    .command('check')
    .description('asks the registry whether it would take the schemas; changes nothing')
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { checkAll } = await import('../register-schemas.ts');
      await checkAll(options, terminal);
    });
}
