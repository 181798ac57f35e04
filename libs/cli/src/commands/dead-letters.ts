import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';
import type { LetterFlags, RedriveFlags } from '../show-dead-letters.ts';

const examples = `
Examples:
  $ muster dead-letters list                               how many, of whom, and why
  $ muster dead-letters show metrics --limit 5             what they say
  $ muster dead-letters show metrics/3/1500                the one that was at that place
  $ muster dead-letters redrive metrics --agent monitoring --from 1h
                                                           says what would be sent again
  $ muster dead-letters redrive metrics --agent monitoring --from 1h --yes --rate 20

A redrive puts key, value and headers back on the topic they came from, unchanged. What every reader would refuse again, as too old
for instance, is named and stays. The letters stay where they are too, until their retention ends; an agent that has handled one drops
a second copy as long as it remembers its id.`;

export function deadLettersCommand(program: Command): void {
  const letters = program
    .command('dead-letters')
    .description('Shows what agents set aside and why, and sends it again.')
    .addHelpText('after', examples);
  const add = (name: string, description: string) =>
    letters
      .command(name)
      .description(description)
      .argument('[topic]', 'of the topic they came from, or of one place there: metrics, metrics/3/1500')
      .option('--agent <name>', 'set aside by this agent')
      .option('--from <when>', 'set aside since: how long ago (15m, 2h, 7d) or a time', 'beginning')
      .option('--limit <n>', 'so many at the most', positive);

  add('list', 'Counts dead letters by agent and reason.').action(
    async (topic: string | undefined, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<LetterFlags>(command);
      const { listLetters } = await import('../show-dead-letters.ts');
      await listLetters(topic, options, terminal);
    },
  );
  add('show', 'Shows dead letters, the oldest first: where they were, why they were set aside, what they say.').action(
    async (topic: string | undefined, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<LetterFlags>(command);
      const { showLetters } = await import('../show-dead-letters.ts');
      await showLetters(topic, options, terminal);
    },
  );
  add('redrive', 'Sends dead letters back to where they came from; without --yes it says what it would send.')
    .option('--yes', 'sends them', false)
    .option('--rate <n>', 'records in a second at the most', positive, 50)
    .action(async (topic: string | undefined, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<RedriveFlags>(command);
      const { redriveLetters } = await import('../show-dead-letters.ts');
      await redriveLetters(topic, options, terminal);
    });
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('Give a whole number from 1.');
}
