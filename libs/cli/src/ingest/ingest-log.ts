import { createReadStream, existsSync, statSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream';
import { clientOn } from '@muster/client';
import type { LogKind } from '@muster/ingest';
import type { GlobalOptions } from '../addresses.ts';
import { Failure, misuse } from '../failure.ts';
import { parseDuration } from '../moment.ts';
import { withBus } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { ingestLines, type IngestIo, type IngestTally } from './ingest-lines.ts';

export interface IngestOptions extends GlobalOptions {
  readonly target: string;
  readonly shift?: string;
  readonly dryRun: boolean;
}

/** Publishes a log as security events. Throws a Failure when nothing in it could be published. */
export async function ingestLog(
  kind: LogKind,
  file: string,
  options: IngestOptions,
  terminal: Terminal,
): Promise<void> {
  const shiftMs = options.shift === undefined ? 0 : parseDuration(options.shift);
  if (shiftMs === undefined)
    throw misuse(`--shift ${options.shift ?? ''} is not understood: say how much, such as 30d.`);
  const chunks = chunksOf(file);
  const io: Omit<IngestIo, 'publish'> = {
    kind,
    target: options.target,
    shiftMs,
    now: Date.now,
    say: (line) => terminal.say(line),
    progress: ({ lines, events }) => terminal.progress(`${lines} lines, ${events} events`),
  };
  const tally = options.dryRun
    ? await ingestLines(chunks, { ...io, publish: async () => Promise.resolve() })
    : await withBus(options, async (bus) => {
        const client = clientOn(bus, { source: 'muster-cli', publishTimeoutMs: 60_000 });
        return ingestLines(chunks, {
          ...io,
          publish: async (events) => client.publish('muster.security-events.v1', events),
        });
      });
  if (options.json) await terminal.print(JSON.stringify({ kind, target: options.target, ...tally }));
  else for (const line of summaryOf(tally, options.dryRun)) terminal.say(line);
  if (tally.events === 0 && tally.old > 0)
    throw new Failure('All of it is more than 7 days old, which the mesh does not take: --shift moves its times.');
  if (tally.lines > 0 && tally.foreign === tally.lines)
    throw new Failure(`No line of it is as ${kind} logs are: give another kind, or "any".`);
}

function summaryOf(tally: IngestTally, isDry: boolean): string[] {
  const { lines, events, quiet, foreign, old, backwards } = tally;
  return [
    `${lines} lines: ${events} events ${isDry ? 'would be published' : 'published'}, ${quiet} lines tell of nobody, ${foreign} are not of this kind.`,
    ...(old > 0
      ? [`${old} events are more than 7 days old, which the mesh does not take: --shift moves the times.`]
      : []),
    ...(backwards > 0 ? [`The clock went backwards ${backwards} times.`] : []),
  ];
}

function chunksOf(file: string): AsyncIterable<string> {
  if (file === '-') return process.stdin.setEncoding('utf8') as AsyncIterable<string>;
  if (!existsSync(file)) throw misuse(`There is no file ${file}: give the name of a log, or - for standard input.`);
  if (statSync(file).isDirectory()) throw misuse(`${file} is a folder: give a log.`);
  const raw = createReadStream(file);
  if (!file.endsWith('.gz')) return raw.setEncoding('utf8') as AsyncIterable<string>;
  // An error of either part comes out of the loop that reads.
  const unpacked = pipeline(raw, createGunzip(), () => undefined);
  return unpacked.setEncoding('utf8') as AsyncIterable<string>;
}
