import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';
import type { RunFlags, ShowFlags, TellFlags } from '../playbook/flags.ts';

const examples = `
Examples:
  $ muster playbook list                                     ready ones and published ones
  $ muster playbook check flush.yaml                         what is wrong, with line and column
  $ muster playbook publish flush.yaml
  $ muster playbook run restart --input '{"target":"shop"}' --follow
  $ muster playbook run --file flush.yaml --input '{"target":"shop"}'
                                                             without publishing it
  $ muster playbook show remedy-inc-1-unwell-restart-1       every step, with times
  $ muster playbook answer ask-inc-1-unwell-restart person yes
  $ muster playbook adapt run-7 changes.yaml                 add:, replace:, skip: steps that have not begun

How playbooks are written: docs/playbooks.md. Capabilities are checked against the cards of agents when the mesh can be reached
(--offline: not at all).`;

export function playbookCommand(program: Command): void {
  const playbook = program
    .command('playbook')
    .description('Playbooks and their runs: list, check, publish, run, show, and tell a run something.')
    .addHelpText('after', examples);

  playbook
    .command('list')
    .description('Lists the playbooks that can be started.')
    .option('--offline', 'only the ready ones', false)
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf<{ readonly offline: boolean }>(command);
      const { listPlaybooks } = await import('../playbook/list-playbooks.ts');
      await listPlaybooks(options, terminal);
    });
  playbook
    .command('check')
    .description('Says what is wrong with a playbook; exit code 1 when anything is.')
    .argument('<file>', 'YAML or JSON')
    .option('--offline', 'without the capabilities that agents offer', false)
    .action(async (file: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<{ readonly offline: boolean }>(command);
      const { checkFile } = await import('../playbook/check-file.ts');
      await checkFile(file, options, terminal);
    });
  playbook
    .command('publish')
    .description('Checks a playbook and publishes it; it takes the place of a ready one of its name.')
    .argument('<file>', 'YAML or JSON')
    .option('--by <name>', 'who publishes it (default: the user of this machine)')
    .action(async (file: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<TellFlags>(command);
      const { publishPlaybook } = await import('../playbook/check-file.ts');
      await publishPlaybook(file, options, terminal);
    });
  playbook
    .command('run')
    .description('Starts a run and says what became of the start.')
    .argument('[name]', 'the playbook')
    .option('--file <file>', 'a playbook that is not published')
    .option('--input <json>', 'its input', '{}')
    .option('--id <workflowId>', 'id of the run; starting one that exists changes nothing')
    .option('--target <name>', 'what it is about (default: target in the input)')
    .option('--reason <text>', 'why', '')
    .option('--by <name>', 'who starts it (default: the user of this machine)')
    .option('--follow', 'shows it until it ends', false)
    .action(async (name: string | undefined, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<RunFlags>(command);
      const { runPlaybook } = await import('../playbook/run-playbook.ts');
      await runPlaybook(name, options, terminal);
    });
  playbook
    .command('show')
    .description('Shows a run: its steps and its history, with times.')
    .argument('<workflowId>', 'the run')
    .option('--follow', 'goes on until the run ends', false)
    .action(async (workflowId: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<ShowFlags>(command);
      const { showRun } = await import('../playbook/show-run.ts');
      await showRun(workflowId, options, terminal);
    });

  const tell = (name: string, description: string, args: readonly (readonly [string, string])[]): void => {
    const added = playbook.command(name).description(description).argument('<workflowId>', 'the run');
    for (const [argument, what] of args) added.argument(argument, what);
    added
      .option('--reason <text>', 'why', '')
      .option('--by <name>', 'who says so (default: the user of this machine)')
      .action(async (workflowId: string, ...rest: unknown[]) => {
        const { options, terminal } = invocationOf<TellFlags>(rest.at(-1) as Command);
        const { tellRun } = await import('../playbook/tell-run.ts');
        await tellRun(name, workflowId, rest.slice(0, args.length).map(String), options, terminal);
      });
  };
  tell('cancel', 'Cancels a run: nothing more is begun, what was done is undone.', []);
  tell('pause', 'Pauses a run: nothing more is begun.', []);
  tell('resume', 'Lets a paused run go on.', []);
  tell('adapt', 'Adds, replaces or skips steps that have not begun.', [
    ['<file>', 'add:, replace:, skip: in YAML or JSON'],
  ]);
  tell('answer', 'Answers a question of a run.', [
    ['<stepId>', 'the step that asks'],
    ['<yes|no>', 'the answer'],
  ]);
}
