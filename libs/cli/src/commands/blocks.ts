import type { Command } from 'commander';
import type { BlockRequest } from '../blocks/block-request.ts';
import type { EnforceOptions } from '../blocks/enforce-blocks.ts';
import { invocationOf } from '../invocation.ts';

const examples = `
Examples:
  $ muster blocks list
  $ muster blocks release 203.0.113.7 --comment "our own scanner" --for 7d     lets it in, and not blocked again for a week
  $ muster blocks add 203.0.113.7 --for 2h --comment "asked for by the bank"
  $ sudo muster blocks enforce                                                 keeps them out of this host, as sets of nftables
  $ muster blocks enforce --dry-run                                            only prints the commands

A block is of one address, never of a range, and ends. Private and loopback addresses and your own are not blocked.`;

export function blocksCommand(program: Command): void {
  const blocks = program.command('blocks').description('Addresses that are kept out.').addHelpText('after', examples);
  blocks
    .command('list')
    .description('Shows who is kept out, until when and why.')
    .option('--all', 'those that a person let in, too', false)
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf<{ readonly all: boolean }>(command);
      const { listBlocks } = await import('../blocks/list-blocks.ts');
      await listBlocks(options, terminal);
    });
  for (const [name, status, description, lasts] of [
    ['add', 'ACTIVE', 'Keeps an address out for a time.', '1h'],
    ['release', 'RELEASED', 'Lets an address in, and keeps it from being blocked again for a time.', '24h'],
  ] as const)
    blocks
      .command(name)
      .description(description)
      .argument('<address>', 'one IP address')
      .option('--for <duration>', 'how long: 30m, 2h, 7d', lasts)
      .option('--comment <text>', 'why, for people')
      .option('--by <name>', 'who decides it (default: who is logged in here)')
      .action(async (address: string, _flags: object, command: Command) => {
        const { options, terminal } = invocationOf<BlockRequest>(command);
        const { changeBlock } = await import('../blocks/change-block.ts');
        await changeBlock(address, status, options, terminal);
      });
  blocks
    .command('enforce')
    .description('Keeps blocked addresses out of this host, until it is ended.')
    .option('--allow <list>', 'addresses and ranges that are never kept out, separated by commas', '')
    .option('--dry-run', 'prints the commands for nft instead of running them', false)
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf<EnforceOptions>(command);
      const { enforceBlocks } = await import('../blocks/enforce-blocks.ts');
      await enforceBlocks(options, terminal);
    });
}
