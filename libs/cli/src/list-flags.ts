import type { Flag } from '@muster/schemas';
import type { GlobalOptions } from './addresses.ts';
import { formatTime } from './moment.ts';
import { withBus } from './session.ts';
import { tableLines } from './table.ts';
import type { Column } from './table.ts';
import type { Terminal } from './terminal.ts';
import { newestRecords } from './topic-history.ts';

type Standing = 'ON' | 'OFF' | 'LATER' | 'OVER';

/** How a flag stands at a time, whatever the target. */
function standingOf({ isOn, startsAt, endsAt }: Flag, now: number): Standing {
  if (!isOn) return 'OFF';
  if (startsAt !== null && startsAt > now) return 'LATER';
  return endsAt !== null && endsAt <= now ? 'OVER' : 'ON';
}

/** Prints all flags and how they stand. */
export async function listFlags(options: GlobalOptions, terminal: Terminal): Promise<void> {
  const newest = await withBus(options, (bus) => newestRecords(bus, 'muster.flags.v1'));
  const flags = [...newest.values()].toSorted((a, b) => (a.flag < b.flag ? -1 : 1));
  const now = Date.now();
  if (options.json) {
    const rows = flags.map(({ envelope, ...flag }) => ({
      ...flag,
      setAt: envelope.time,
      standing: standingOf(flag as Flag, now),
    }));
    return terminal.print(JSON.stringify(rows));
  }
  if (flags.length === 0) return terminal.say('No flag was ever set.');
  const columns: readonly Column<Flag>[] = [
    { title: 'FLAG', text: ({ flag }) => flag },
    {
      title: 'IS',
      text: (flag) => standingOf(flag, now),
      paint: (flag, colours) => (standingOf(flag, now) === 'ON' ? colours.yellow : undefined),
    },
    { title: 'TARGETS', text: ({ targets }) => targets.join(', ') || 'all' },
    { title: 'FROM', text: ({ startsAt }) => (startsAt === null ? '-' : formatTime(startsAt, now)) },
    { title: 'UNTIL', text: ({ endsAt }) => (endsAt === null ? '-' : formatTime(endsAt, now)) },
    {
      title: 'SET',
      text: ({ envelope, setBy }) => `${formatTime(envelope.time, now)}${setBy === '' ? '' : ` by ${setBy}`}`,
    },
    { title: 'REASON', text: ({ reason }) => reason },
  ];
  for (const line of tableLines(flags, columns, terminal)) await terminal.print(line);
}
