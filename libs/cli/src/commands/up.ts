import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';
import type { UpOptions } from '../bring-up.ts';

const examples = `
Examples:
  $ muster up                        runs until Ctrl-C
  $ muster up --detach               leaves it running; end it with muster down
  $ muster up --agents monitoring    one agent only

Kafka, a schema registry and Redis are started on this machine (the first time their programs are fetched), except those
that KAFKA_BROKERS, SCHEMA_REGISTRY_URL and REDIS_URL name.`;

export function upCommand(program: Command): void {
  program
    .command('up')
    .description('Starts the mesh on this machine: servers, topics, schemas, agents.')
    .option('-d, --detach', 'leaves it running and returns', false)
    .option('--agents <names>', 'only these, separated by commas')
    .option('--fresh', 'begins with empty servers', false)
    .addHelpText('after', examples)
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf<UpOptions>(command);
      const { bringUp } = await import('../bring-up.ts');
      await bringUp(options, terminal);
    });
}
