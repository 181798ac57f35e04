import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';
import type { ReplayFlags } from '../show-replay.ts';

const examples = `
Examples:
  $ muster replay --agent monitoring --from 1h               what it would say to the last hour
  $ muster replay --agent monitoring --from 7d --policy stricter.json --diff
                                                             what other rules would have changed
  $ muster replay --agent monitoring --from 2026-01-31T12:00:00Z --to 2026-01-31T13:00:00Z --golden noon.jsonl
                                                             writes the outcomes; from then on, checks them
  $ muster replay --agent monitoring --from metrics/3/1500   from the time of that record on

Nothing is published. The agent's handlers are run as they are in this folder, with its settings from the environment.
Before the range they read as far back as their state reaches, which is not shown; --warm-up says otherwise.
--policy takes a file of policies as \`muster publish policies\` does. Exit code 1 when outcomes are not as in the golden file.`;

export function replayCommand(program: Command): void {
  program
    .command('replay')
    .description("Runs an agent's handlers over recorded messages, publishes nothing, and shows what they say.")
    .requiredOption('--agent <name>', 'whose handlers')
    .option('--from <when>', 'how long ago (15m, 2h, 7d), a time, or topic/partition/offset')
    .option('--to <when>', 'the end, likewise (default: now)')
    .option('--policy <file>', 'uses these policies instead of those on record')
    .option('--diff', 'shows only what differs from what the agent published', false)
    .option('--golden <file>', 'writes the outcomes to a file, or checks them when it is there')
    .option('--update', 'writes the golden file anew', false)
    .option('--warm-up <duration>', 'how much to read before the range, or all')
    .option('--limit <n>', 'shows so many outcomes or differences at the most', positive)
    .addHelpText('after', examples)
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf<ReplayFlags>(command);
      const { showReplay } = await import('../show-replay.ts');
      await showReplay(options, terminal);
    });
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('Give a whole number from 1.');
}
