/** `muster dead-letters`: what agents set aside, why, and back again. */
import type { GlobalOptions } from './addresses.ts';
import { groupLetters, groupLines, letterJson, letterLines, shortPlaceOf } from './dead-letters/letter-lines.ts';
import { readLetters } from './dead-letters/letters.ts';
import type { Selection } from './dead-letters/letters.ts';
import { redrive } from './dead-letters/redrive.ts';
import { Failure, misuse } from './failure.ts';
import { interruption } from './invocation.ts';
import { knownTopic } from './known-topic.ts';
import { parseFrom } from './moment.ts';
import { counted } from './replay/summary.ts';
import { withBus } from './session.ts';
import { harmless } from './terminal.ts';
import type { Terminal } from './terminal.ts';

export interface LetterFlags extends GlobalOptions {
  readonly agent?: string;
  readonly from: string;
  readonly limit?: number;
}

export interface RedriveFlags extends LetterFlags {
  readonly yes: boolean;
  readonly rate: number;
}

/** Shown before the rest is only counted. */
const SHOWN_LEFT = 20;

export async function listLetters(what: string | undefined, flags: LetterFlags, terminal: Terminal): Promise<void> {
  const selection = selectionOf(what, flags);
  await interruptibly(async (signal) => {
    await withBus(flags, async (bus) => {
      const letters = groupLetters();
      await readLetters(bus, selection, signal, async (letter) => letters.add(letter));
      const groups = letters.groups();
      if (flags.json) return terminal.print(JSON.stringify(groups));
      if (groups.length === 0) return terminal.say(`There are no dead letters${ofWhat(what, flags)}.`);
      for (const line of groupLines(groups.slice(0, flags.limit), terminal, Date.now())) await terminal.print(line);
    });
  });
}

export async function showLetters(what: string | undefined, flags: LetterFlags, terminal: Terminal): Promise<void> {
  const { limit = 10, json = false } = flags;
  const selection = selectionOf(what, flags);
  await interruptibly(async (signal) => {
    await withBus(flags, async (bus) => {
      let count = 0;
      await readLetters(bus, selection, signal, async (letter) => {
        count += 1;
        if (count > limit) return;
        const lines = json ? [await letterJson(bus, letter)] : await letterLines(bus, letter, terminal, Date.now());
        for (const line of lines) await terminal.print(line);
      });
      if (count === 0) throw new Failure(`There are no dead letters${ofWhat(what, flags)}.`);
      if (count > limit && !json)
        terminal.say(terminal.colours.dim(`... and ${counted(count - limit, 'more letter')}: --limit shows them.`));
    });
  });
}

export async function redriveLetters(what: string | undefined, flags: RedriveFlags, terminal: Terminal): Promise<void> {
  const { yes: isMeant, rate, limit = Infinity, json = false } = flags;
  const { colours } = terminal;
  const selection = selectionOf(what, flags);
  await interruptibly(async (signal) => {
    await withBus(flags, async (bus) => {
      let stays = 0;
      const { sent, refused, gone } = await redrive(bus, {
        selection,
        isMeant,
        rate,
        limit,
        signal,
        left(letter, reason) {
          stays += 1;
          if (stays <= SHOWN_LEFT) terminal.say(`${colours.yellow(shortPlaceOf(letter))} stays: ${harmless(reason)}`);
        },
        progress: (count) => terminal.progress(`${counted(count, 'letter')} sent`),
      });
      if (json) return terminal.print(JSON.stringify({ isMeant, sent: Object.fromEntries(sent), refused, gone }));
      if (stays > SHOWN_LEFT) terminal.say(`... and ${counted(stays - SHOWN_LEFT, 'more letter')} that stay.`);
      if (sent.size === 0 && stays === 0) return terminal.say(`There are no dead letters${ofWhat(what, flags)}.`);
      for (const [topic, count] of sent)
        terminal.say(
          `${counted(count, 'letter')} ${isMeant ? (count === 1 ? 'is' : 'are') : 'would go'} back on ${topic}.`,
        );
      if (refused > 0) terminal.say(`${counted(refused, 'letter')} would be set aside again, for the reasons above.`);
      if (gone > 0) terminal.say(`${counted(gone, 'letter')} can't be sent again: the value is gone.`);
      if (!isMeant && sent.size > 0)
        terminal.say(colours.bold(`Nothing was published. Add --yes to send them, ${rate} a second.`));
    });
  });
}

function selectionOf(what: string | undefined, { agent, from }: LetterFlags): Selection {
  const [, name, partition, offset] = /^([^/]+)(?:\/(\d+)\/(\d+))?$/.exec(what ?? '') ?? [];
  if (what !== undefined && name === undefined)
    throw misuse(`${what} is not understood: give a topic (metrics) or where the letter was (metrics/3/1500).`);
  const since = parseFrom(from, Date.now());
  return {
    agent,
    topic: name === undefined ? undefined : knownTopic(name),
    place: offset === undefined ? undefined : { partition: Number(partition), offset: Number(offset) },
    from: typeof since === 'number' ? since : 0,
  };
}

function ofWhat(what: string | undefined, { agent, from }: LetterFlags): string {
  return `${what === undefined ? '' : ` of ${what}`}${agent === undefined ? '' : ` from ${agent}`}${from === 'beginning' ? '' : ` since ${from}`}`;
}

async function interruptibly(run: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stopping = interruption();
  try {
    await run(stopping.signal);
  } catch (error) {
    throw stopping.signal.aborted
      ? new Failure('Interrupted: what was sent so far is sent, the letters are still there.', 130)
      : error;
  } finally {
    stopping.release();
  }
}
