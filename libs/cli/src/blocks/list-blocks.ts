import type { Block } from '@muster/schemas';
import type { GlobalOptions } from '../addresses.ts';
import { formatTime } from '../moment.ts';
import { withBus } from '../session.ts';
import { tableLines, type Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { newestRecords } from '../topic-history.ts';

/** Prints who is kept out, soonest to end first. */
export async function listBlocks(
  options: GlobalOptions & { readonly all: boolean },
  terminal: Terminal,
): Promise<void> {
  const now = Date.now();
  const newest = await withBus(options, (bus) => newestRecords(bus, 'muster.blocks.v1'));
  const blocks = [...newest.values()]
    .filter(({ status, endsAt }) => endsAt > now && (options.all || status === 'ACTIVE'))
    .toSorted((a, b) => a.endsAt - b.endsAt);
  if (options.json) return terminal.print(JSON.stringify(blocks));
  if (blocks.length === 0) return terminal.say('Nobody is kept out.');
  const columns: readonly Column<Block>[] = [
    { title: 'ADDRESS', text: ({ address }) => address },
    {
      title: 'IS',
      text: ({ status }) => status,
      paint: ({ status }, colours) => (status === 'ACTIVE' ? colours.red : colours.dim),
    },
    { title: 'UNTIL', text: ({ endsAt }) => formatTime(endsAt, now) },
    { title: 'RULE', text: ({ rule }) => rule },
    { title: 'TIME', text: ({ offence }) => String(offence) },
    { title: 'BY', text: ({ decidedBy }) => decidedBy },
    { title: 'WHY', text: ({ reason }) => reason },
  ];
  for (const line of tableLines(blocks, columns, terminal)) await terminal.print(line);
}
