/** Dead letters for people and for programs. */
import type { Bus, DeadLetter } from '@muster/bus';
import { formatTime } from '../moment.ts';
import { tableLines } from '../table.ts';
import { fitted, harmless } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { agentOf } from './letters.ts';
import { originalOf } from './redrivable.ts';

/** Letters that are alike: one topic, one agent, one reason but for the numbers in it. */
export interface LetterGroup {
  readonly topic: string;
  readonly agent: string;
  readonly fault: string;
  /** Of the newest. */
  reason: string;
  place: string;
  count: number;
  latestAt: number;
}

const placeOf = ({ topic, partition, offset }: DeadLetter): string => `${topic}/${partition}/${offset}`;
/** As short as a command line takes it. */
export const shortPlaceOf = (letter: DeadLetter): string =>
  placeOf(letter)
    .replace(/^muster\./, '')
    .replace(/\.v1\//, '/');

export function groupLetters(): { add(letter: DeadLetter): void; groups(): readonly LetterGroup[] } {
  const groups = new Map<string, LetterGroup>();
  return {
    add(letter) {
      const { topic, group, fault, at } = letter;
      const name = [topic, group, fault.name, fault.message.replaceAll(/\d+/g, '#')].join('\n');
      const known = groups.get(name) ?? {
        topic,
        agent: agentOf(letter),
        fault: fault.name,
        reason: '',
        place: '',
        count: 0,
        latestAt: 0,
      };
      groups.set(name, known);
      known.count += 1;
      if (at < known.latestAt) return;
      known.latestAt = at;
      known.reason = fault.message;
      known.place = shortPlaceOf(letter);
    },
    groups: () => [...groups.values()].sort((a, b) => b.latestAt - a.latestAt),
  };
}

export function groupLines(groups: readonly LetterGroup[], { colours, width }: Terminal, now: number): string[] {
  return tableLines(
    groups,
    [
      { title: 'LETTERS', text: ({ count }) => String(count), align: 'right' },
      { title: 'AGENT', text: ({ agent }) => agent },
      { title: 'LATEST', text: ({ latestAt }) => formatTime(latestAt, now) },
      { title: 'WAS AT', text: ({ place }) => place },
      { title: 'REASON', text: ({ reason }) => reason },
    ],
    { colours, width },
  );
}

/** One letter: where it was, why it was set aside, and what it says. */
export async function letterLines(
  bus: Bus,
  letter: DeadLetter,
  { colours, width }: Terminal,
  now: number,
): Promise<string[]> {
  const { key, text } = await contentOf(bus, letter);
  const times = `taken in ${formatTime(letter.timestamp, now)}, set aside ${formatTime(letter.at, now)} by ${agentOf(letter)}`;
  const room = width === undefined ? undefined : width - 2;
  return [
    `${colours.bold(shortPlaceOf(letter))}  ${harmless(key)}  ${colours.dim(times)}`,
    `  ${colours.red(fitted(harmless(`${letter.fault.name}: ${letter.fault.message}`), room))}`,
    `  ${fitted(text, room)}`,
  ];
}

export async function letterJson(bus: Bus, letter: DeadLetter): Promise<string> {
  const { topic, partition, offset, timestamp, at, fault } = letter;
  const { key, record, text } = await contentOf(bus, letter);
  const content = record === undefined ? { text } : { record };
  return JSON.stringify({ topic, partition, offset, timestamp, at, agent: agentOf(letter), key, fault, ...content });
}

async function contentOf(
  bus: Bus,
  letter: DeadLetter,
): Promise<{ readonly key: string; readonly text: string; readonly record?: unknown }> {
  const original = await originalOf(bus, letter);
  const key = Buffer.from((original ?? letter.original).key ?? '').toString();
  if (original === undefined) return { key, text: 'its value was too large to be set aside, and is gone from the log' };
  const { topic, partition, offset, timestamp } = letter;
  const decoded = await bus.decode({ topic, partition, offset, timestamp, ...original });
  if (decoded.kind === 'tombstone') return { key, text: 'takes the key away', record: null };
  if (decoded.kind === 'message') {
    const { envelope: _, ...said } = decoded.message.value;
    return { key, text: harmless(JSON.stringify(said)), record: decoded.message.value };
  }
  const bytes = Buffer.from(original.value ?? '');
  return { key, text: `${bytes.length} bytes: ${harmless(bytes.subarray(0, 200).toString())}` };
}
