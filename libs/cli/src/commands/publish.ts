import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';

const examples = `
Examples:
  $ muster publish metrics '{"target": "shop", "name": "latency_ms", "value": 120, "unit": "ms", "at": ${Date.now()}}'
  $ muster publish topology targets.json               one record, a list of them, or JSON lines
  $ tail -f samples.jsonl | muster publish metrics -
  $ muster tail metrics --from 1h --json | muster publish metrics - --brokers other:9092

Every record that is not right is named with its line and the reason; the others are published. What was read with
tail --json keeps its id and time. Exit code 1 when any record failed.`;

export function publishCommand(program: Command): void {
  program
    .command('publish')
    .description('Publishes records to a topic: JSON, a file of JSON or JSON lines, or standard input.')
    .argument('<topic>', 'e.g. muster.metrics.v1, or metrics')
    .argument('<json|file|->', 'the records')
    .option('--source <name>', 'who the messages are from', 'muster-cli')
    .addHelpText('after', examples)
    .action(async (topic: string, input: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<{ readonly source: string }>(command);
      const { publishInput } = await import('../publish-input.ts');
      await publishInput(topic, input, options, terminal);
    });
}
