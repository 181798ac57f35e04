import { createReadStream, existsSync, statSync } from 'node:fs';
import { clientOn } from '@muster/client';
import type { GlobalOptions } from './addresses.ts';
import { Failure, misuse } from './failure.ts';
import { readRecords } from './json-records.ts';
import { knownTopic } from './known-topic.ts';
import { publishLines } from './publish-lines.ts';
import { withBus } from './session.ts';
import type { Terminal } from './terminal.ts';

/** Nobody wants to wait longer at a prompt. */
const PUBLISH_WITHIN_MS = 10_000;

/** Publishes what an argument holds or names. Throws a Failure when any record failed; the others are stored. */
export async function publishInput(
  name: string,
  input: string,
  options: GlobalOptions & { readonly source: string },
  terminal: Terminal,
): Promise<void> {
  const topic = knownTopic(name);
  const chunks = chunksOf(input);
  await withBus(options, async (bus) => {
    const client = clientOn(bus, { source: options.source, publishTimeoutMs: PUBLISH_WITHIN_MS });
    const { published, failed } = await publishLines(client, topic, readRecords(chunks), ({ line, reason }) =>
      terminal.say(`line ${line}: ${reason}`),
    );
    if (options.json) await terminal.print(JSON.stringify({ topic, published, failed }));
    else terminal.say(`${counted(published)} published to ${topic}.`);
    if (failed > 0) throw new Failure(`${counted(failed)} could not be published to ${topic}: see the lines above.`);
    if (published === 0) throw new Failure('There was nothing to publish: the input has no records.');
  });
}

const counted = (count: number): string => `${count} record${count === 1 ? '' : 's'}`;

function chunksOf(input: string): AsyncIterable<string> | Iterable<string> {
  if (input === '-') {
    process.stdin.setEncoding('utf8');
    return process.stdin as AsyncIterable<string>;
  }
  if (/^\s*[[{]/.test(input)) return [input];
  if (!existsSync(input))
    throw misuse(`There is no file ${input}: give JSON, the name of a file, or - for standard input.`);
  if (statSync(input).isDirectory()) throw misuse(`${input} is a folder: give a file.`);
  return createReadStream(input, { encoding: 'utf8' }) as AsyncIterable<string>;
}
