import { compileSilence } from '@muster/policy';
import type { Silence } from '@muster/schemas';
import type { GlobalOptions } from '../addresses.ts';
import { formatTime } from '../moment.ts';
import { withBus } from '../session.ts';
import { tableLines } from '../table.ts';
import type { Column } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { newestRecords } from '../topic-history.ts';
import { matchersText } from './silence-request.ts';

type Standing = 'ON' | 'LATER' | 'OVER' | 'BAD';

function standingOf(silence: Silence, now: number): Standing {
  if (silence.endsAt <= now) return 'OVER';
  if (typeof compileSilence(silence) === 'string') return 'BAD';
  return silence.startsAt > now ? 'LATER' : 'ON';
}

/** Prints the silences that are or will be in force, or all of them. */
export async function listSilences(
  options: GlobalOptions & { readonly all: boolean },
  terminal: Terminal,
): Promise<void> {
  const now = Date.now();
  const newest = await withBus(options, (bus) => newestRecords(bus, 'muster.silences.v1'));
  const silences = [...newest.values()]
    .filter((silence) => options.all || standingOf(silence, now) !== 'OVER')
    .toSorted((a, b) => a.endsAt - b.endsAt);
  if (options.json) {
    const rows = silences.map(({ envelope, ...silence }) => {
      return { ...silence, madeAt: envelope.time, standing: standingOf({ envelope, ...silence }, now) };
    });
    return terminal.print(JSON.stringify(rows));
  }
  if (silences.length === 0) return terminal.say(options.all ? 'There was never a silence.' : 'Nothing is silenced.');
  const columns: readonly Column<Silence>[] = [
    { title: 'SILENCE', text: ({ silenceId }) => silenceId },
    {
      title: 'IS',
      text: (silence) => standingOf(silence, now),
      paint: (silence, colours) =>
        ({ ON: colours.yellow, BAD: colours.red, LATER: undefined, OVER: colours.dim })[standingOf(silence, now)],
    },
    { title: 'FROM', text: ({ startsAt }) => formatTime(startsAt, now) },
    { title: 'UNTIL', text: ({ endsAt }) => formatTime(endsAt, now) },
    { title: 'BY', text: ({ createdBy }) => createdBy },
    { title: 'MUTES', text: ({ matchers }) => matchersText(matchers) },
    { title: 'WHY', text: ({ comment }) => comment },
  ];
  for (const line of tableLines(silences, columns, terminal)) await terminal.print(line);
}
