import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';
import type { SilenceRequest } from '../silences/silence-request.ts';

const examples = `
Examples:
  $ muster silence add target=shop severity!=CRITICAL --for 2h --comment "new disks"
  $ muster silence add 'target=~shop-.*' team=web --from 30m --for 1h --comment "moving house"
  $ muster silence list                          those in force, and to come
  $ muster silence end s-1a2b3c4d                ends it now

All matchers must match: label=value, label!=value, or an expression (RE2) over the whole value, label=~expression and
label!~expression. target, severity, category, fingerprint and title count as labels. A label that an alert does not have is empty.
What is silenced is still counted, and opens no incident; what still fires when the silence ends is told then.`;

export function silenceCommand(program: Command): void {
  const silence = program
    .command('silence')
    .description('Mutes alerts that nobody wants to hear of for a time.')
    .addHelpText('after', examples);
  silence
    .command('add')
    .description('Makes a silence.')
    .argument('<matchers...>', 'what it mutes: all of them must match')
    .option('--for <duration>', 'how long: 30m, 2h, 7d')
    .option('--until <when>', 'until when: in how long or a time')
    .option('--from <when>', 'from when: in how long or a time (default: at once)')
    .option('--comment <text>', 'why, for people')
    .option('--by <name>', 'who wants it (default: who is logged in here)')
    .option('--id <id>', 'its id; one of that id is replaced (default: a new one)')
    .action(async (matchers: string[], _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<SilenceRequest>(command);
      const { addSilence } = await import('../silences/change-silences.ts');
      await addSilence(matchers, options, terminal);
    });
  silence
    .command('list')
    .description('Shows silences that are or will be in force.')
    .option('--all', 'those that are over, too', false)
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf<{ readonly all: boolean }>(command);
      const { listSilences } = await import('../silences/list-silences.ts');
      await listSilences(options, terminal);
    });
  silence
    .command('end')
    .description('Ends a silence now.')
    .argument('<silenceId>', 'as `muster silence list` shows it')
    .action(async (silenceId: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { endSilence } = await import('../silences/change-silences.ts');
      await endSilence(silenceId, options, terminal);
    });
}
