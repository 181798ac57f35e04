import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';
import type { PlayOptions } from '../play-series.ts';

const examples = `
Examples:
  $ muster play cpu.csv --target shop --unit percent          as it was recorded
  $ muster play cpu.csv --target shop --speed 60x             an hour in a minute
  $ muster play cpu.csv --target shop --speed max             all at once, the last point now
  $ muster play orders.csv --target shop --name orders --category BUSINESS --label region=eu

The file has lines of timestamp,value, with or without a heading; times are ISO (UTC) or epoch. Points say the time at
which they are published, unless --keep-time is given.`;

export function playCommand(program: Command): void {
  program
    .command('play')
    .description('Publishes a recorded series as metric samples, at the speed you choose.')
    .argument('<csv>', 'a file with lines of timestamp,value')
    .requiredOption('--target <name>', 'what the samples are about')
    .option('--name <metric>', "name of the metric (default: the file's name)")
    .option('--unit <unit>', 'unit of the values', '')
    .option('--category <category>', 'which monitor they are for: PERFORMANCE, BUSINESS, CAPACITY, ...', 'PERFORMANCE')
    .option('--label <key=value>', 'a label of the series; may be repeated', label, {})
    .option('--speed <factor>', 'how many times faster than recorded (60x), or max', '1x')
    .option('--keep-time', 'keeps the recorded times', false)
    .addHelpText('after', examples)
    .action(async (file: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<PlayOptions>(command);
      const { playSeries } = await import('../play-series.ts');
      await playSeries(file, options, terminal);
    });
}

function label(text: string, labels: Readonly<Record<string, string>>): Record<string, string> {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('Write key=value.');
  return { ...labels, [key]: value };
}
