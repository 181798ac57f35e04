import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';

export function topicsCommand(program: Command): void {
  const topics = program
    .command('topics')
    .description('Lists the topics of the mesh, or creates those that are missing.')
    .addHelpText(
      'after',
      `
Examples:
  $ muster topics                    all topics, and whether the cluster has them
  $ muster topics --json | jq -r '.[] | select(.exists == false) | .name'
  $ muster topics create             creates what is missing, dead-letter and inbox topics included`,
    );
  topics
    .command('list', { isDefault: true })
    .description('name, key, partitions, retention, owner; works without a mesh too')
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { listTopics } = await import('../list-topics.ts');
      await listTopics(options, terminal);
    });
  topics
    .command('create')
    .description('creates the topics that are missing; changes none that exists')
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { createTopics } = await import('../list-topics.ts');
      await createTopics(options, terminal);
    });
}
