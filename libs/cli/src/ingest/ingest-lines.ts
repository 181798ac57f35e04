/** A log, line by line: what is published, and what of every other line became. */
import { logReader, type LogKind, type Sighting } from '@muster/ingest';

export interface IngestTally {
  lines: number;
  /** Events published, or that would be. */
  events: number;
  /** Lines that are of this kind and tell of nobody. */
  quiet: number;
  /** Lines that are not of this kind. */
  foreign: number;
  /** Events that the mesh would not take: more than seven days old. */
  old: number;
  /** Lines whose time is before that of the line before. */
  backwards: number;
}

export interface IngestIo {
  readonly kind: LogKind;
  readonly target: string;
  readonly shiftMs: number;
  readonly now: () => number;
  /** Publishes some events; the next ones are read when it resolves. */
  publish(events: readonly Sighting[]): Promise<void>;
  /** Told of the first lines that are not of this kind, and of the first that go backwards. */
  say(line: string): void;
  /** Told after each lot. */
  progress(tally: Readonly<IngestTally>): void;
}

const atOnce = 2_000;
const shown = 10;
const longestShown = 160;
/** What is not ended by then is handed on as a line: no line that means something is as long. */
const longestLine = 65_536;
/** Nobody waits longer for a line to be published, as when a log is followed. */
const lotWithinMs = 500;
const dayMs = 86_400_000;
const oldestMs = 7 * dayMs - 60_000;

/** Reads a log in pieces, so that its size does not matter. Memory holds one lot of events and the state of the parser. */
export async function ingestLines(chunks: AsyncIterable<string>, io: IngestIo): Promise<IngestTally> {
  const { kind, target, shiftMs, now, publish, say, progress } = io;
  const tally: IngestTally = { lines: 0, events: 0, quiet: 0, foreign: 0, old: 0, backwards: 0 };
  const read = logReader(kind);
  let lot: Sighting[] = [];
  let lotAt = now();
  let latest = -Infinity;
  const flush = async (): Promise<void> => {
    if (lot.length > 0) await publish(lot);
    tally.events += lot.length;
    lot = [];
    lotAt = now();
    progress(tally);
  };
  const note = (event: Sighting): void => {
    const at = event.at + shiftMs;
    if (at < latest) {
      tally.backwards += 1;
      if (tally.backwards === 1)
        say(`line ${tally.lines}: its time is before that of the line before; it is taken as it is`);
    }
    latest = at;
    if (at < now() - oldestMs) tally.old += 1;
    else lot.push({ ...event, at });
  };
  for await (const line of linesOf(chunks)) {
    tally.lines += 1;
    const reading = read(line, { now: now(), target });
    if (reading.kind === 'sightings') for (const event of reading.sightings) note(event);
    else if (reading.kind === 'nothing') tally.quiet += 1;
    else {
      tally.foreign += 1;
      if (tally.foreign <= shown) say(`line ${tally.lines}: ${reading.reason}: ${printable(line)}`);
      if (tally.foreign === shown) say('More of such lines are counted and not shown.');
    }
    if (lot.length >= atOnce || (lot.length > 0 && now() - lotAt > lotWithinMs)) await flush();
  }
  await flush();
  return tally;
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield part;
    if (rest.length <= longestLine) continue;
    yield rest;
    rest = '';
  }
  if (rest !== '') yield rest;
}

/** Whoever attacks writes into logs: nothing of it may control the terminal. */
const printable = (line: string): string => line.slice(0, longestShown).replaceAll(/\p{Cc}/gu, '?');
