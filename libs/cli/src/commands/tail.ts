import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';

interface TailFlags {
  readonly from: string;
  readonly where?: string;
  readonly limit?: number;
}

const examples = `
Examples:
  $ muster tail alerts                                what fires and what ends, as it happens
  $ muster tail alerts --from 1h                      the same, beginning an hour ago
  $ muster tail metrics --where 'target == "shop" && value > 400'
  $ muster tail metrics --from beginning --limit 10 --json | jq .record.value

A topic may be named without "muster." and ".v1". --where is a CEL condition over the
record's fields. Ctrl-C ends it.`;

export function tailCommand(program: Command): void {
  program
    .command('tail')
    .description('Shows the messages of a topic, one line each, as they come.')
    .argument('<topic>', 'e.g. muster.alerts.v1, or alerts')
    .option('--from <where>', 'beginning, end, how long ago (15m, 2h, 7d) or a time', 'end')
    .option('--where <condition>', 'shows only records for which this CEL condition holds')
    .option('--limit <n>', 'ends after so many messages', positive)
    .addHelpText('after', examples)
    .action(async (topic: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<TailFlags>(command);
      const { showTail } = await import('../show-tail.ts');
      await showTail(topic, options, terminal);
    });
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('Give a whole number from 1.');
}
