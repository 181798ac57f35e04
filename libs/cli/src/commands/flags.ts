import type { Command } from 'commander';
import { invocationOf } from '../invocation.ts';
import type { FlagRequest } from '../set-flag.ts';

const flagsHelp = `
Examples:
  $ muster flags list                                    what is on, for what, until when, and who set it
  $ muster flags set night-shift --until 8h --reason "two people only"
  $ muster flags set kill-switch/shop --targets 'shop*'  a kill switch for some targets
  $ muster flags clear night-shift                       takes it away

The mesh itself knows kill-switch, shadow and freeze/<name>, which have commands of their own; policies can look at any other.`;

/** `muster flags`: any switch. */
export function flagsCommand(program: Command): void {
  const flags = program
    .command('flags')
    .description('Shows and sets the switches of the mesh.')
    .addHelpText('after', flagsHelp);
  flags
    .command('list', { isDefault: true })
    .description('shows all of them, and which hold now')
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { listFlags } = await import('../list-flags.ts');
      await listFlags(options, terminal);
    });
  withWindow(flags.command('set').description('switches one on').argument('<flag>', 'its name')).action(
    async (flag: string, _flags: object, command: Command) => change(command, flag, true),
  );
  withReason(
    flags.command('off').description('switches one off; who and why stay to be seen').argument('<flag>', 'its name'),
  ).action(async (flag: string, _flags: object, command: Command) => change(command, flag, false));
  flags
    .command('clear')
    .description('takes one away')
    .argument('<flag>', 'its name')
    .action(async (flag: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { clearFlag } = await import('../set-flag.ts');
      await clearFlag(flag, options, terminal);
    });
}

/** `muster kill-switch on|off`: no action that changes anything is begun. */
export function killSwitchCommand(program: Command): void {
  onAndOff(
    program,
    'kill-switch',
    'Stops the mesh from changing anything: no action is begun, what runs is finished.',
    `
Examples:
  $ muster kill-switch on --reason "the shop moves house"
  $ muster kill-switch on --targets 'shop*' --until 2h --reason "only the shop"
  $ muster kill-switch off

Tasks that come meanwhile wait for it; what only looks still runs. Alerts, incidents, decisions and reviews go on.`,
  );
}

/** `muster shadow on|off`: decides, and does nothing on it. */
export function shadowCommand(program: Command): void {
  onAndOff(
    program,
    'shadow',
    'Lets the mesh decide without acting: decisions are made for the record only.',
    `
Examples:
  $ muster shadow on --reason "the first week"
  $ muster tail decisions --where isShadow        what it would have done
  $ muster shadow off`,
  );
}

/** `muster freeze add|end`: windows in which targets must not be changed. */
export function freezeCommand(program: Command): void {
  const freeze = program
    .command('freeze')
    .description(
      'Sets windows in which targets must not be changed; what policies make of it is theirs: deny, or ask a person.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ muster freeze add sale --targets 'shop*' --from 2026-11-27T00:00:00Z --until 2026-11-30T00:00:00Z --reason "the sale"
  $ muster freeze add now --until 2h --reason "auditors in the house"
  $ muster freeze end sale`,
    );
  withWindow(freeze.command('add').description('sets a window').argument('<name>', 'what to call it')).action(
    async (name: string, _flags: object, command: Command) => change(command, `freeze/${name}`, true),
  );
  withReason(freeze.command('end').description('ends it now').argument('<name>', 'what it is called')).action(
    async (name: string, _flags: object, command: Command) => change(command, `freeze/${name}`, false),
  );
}

function onAndOff(program: Command, flag: string, description: string, examples: string): void {
  const group = program.command(flag).description(description).addHelpText('after', examples);
  withWindow(group.command('on').description('switches it on')).action(async (_flags: object, command: Command) =>
    change(command, flag, true),
  );
  withReason(group.command('off').description('switches it off')).action(async (_flags: object, command: Command) =>
    change(command, flag, false),
  );
}

function withReason(command: Command): Command {
  return command
    .option('--reason <text>', 'why, for people')
    .option('--by <name>', 'who does it (default: who is logged in here)');
}

function withWindow(command: Command): Command {
  return withReason(command)
    .option('--targets <list>', 'which targets, separated by commas, * for any characters (default: all)')
    .option('--from <when>', 'from when on: in how long (30m, 2h, 7d) or a time (default: at once)')
    .option('--until <when>', 'until when: in how long or a time (default: until it is switched off)');
}

async function change(command: Command, flag: string, isOn: boolean): Promise<void> {
  const { options, terminal } = invocationOf<FlagRequest>(command);
  const { setFlag } = await import('../set-flag.ts');
  await setFlag(flag, isOn, options, terminal);
}
