import { readFileSync } from 'node:fs';
import { clientOn } from '@muster/client';
import type { Bus } from '@muster/bus';
import { checkPlaybook, type Capabilities, type JsonShape, type Playbook } from '@muster/workflow';
import type { GlobalOptions } from '../addresses.ts';
import { Failure, misuse } from '../failure.ts';
import { withBus } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { newestRecords } from '../topic-history.ts';
import { personOf, publishWithinMs, type TellFlags } from './flags.ts';

/** Prints what is wrong with a playbook. Throws a Failure when anything is. */
export async function checkFile(
  file: string,
  options: GlobalOptions & { readonly offline: boolean },
  terminal: Terminal,
): Promise<void> {
  const source = readSource(file);
  const capabilities = options.offline ? undefined : await withBus(options, offered);
  const playbook = await checked(file, source, capabilities, options, terminal);
  const count = Object.keys(playbook.steps).length;
  if (options.json) return terminal.print(JSON.stringify({ file, problems: [] }));
  const unknown = capabilities === undefined ? '; capabilities were not checked' : '';
  terminal.say(`${playbook.name} ${playbook.version} is right: ${count} step${count === 1 ? '' : 's'}${unknown}.`);
}

/** Checks a playbook and publishes it. Throws a Failure when anything is wrong with it, or the version is not new. */
export async function publishPlaybook(file: string, options: TellFlags, terminal: Terminal): Promise<void> {
  const source = readSource(file);
  await withBus(options, async (bus) => {
    const playbook = await checked(file, source, await offered(bus), options, terminal);
    const { name, version, description = '' } = playbook;
    const before = (await newestRecords(bus, 'muster.playbooks.v1')).get(name);
    if (before !== undefined && before.version >= version && before.source !== source)
      throw new Failure(`${name} ${before.version} is published already: count its version up.`);
    const client = clientOn(bus, { source: 'muster-cli', publishTimeoutMs: publishWithinMs });
    await client.publish('muster.playbooks.v1', { name, version, description, source, publishedBy: personOf(options) });
    if (options.json) await terminal.print(JSON.stringify({ name, version }));
    else terminal.say(`${name} ${version} is published. Runs that are under way keep the version they began with.`);
  });
}

async function checked(
  file: string,
  source: string,
  capabilities: Capabilities | undefined,
  options: GlobalOptions,
  terminal: Terminal,
): Promise<Playbook> {
  const result = checkPlaybook(source, capabilities === undefined ? {} : { capabilities });
  if ('playbook' in result) return result.playbook;
  if (options.json) await terminal.print(JSON.stringify({ file, problems: result.problems }));
  else
    for (const { line, column, message } of result.problems)
      await terminal.print(`${file}:${line}:${column} ${message}`);
  const count = result.problems.length;
  throw new Failure(`${file} is not right: ${count} problem${count === 1 ? '' : 's'}.`);
}

export function readSource(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw misuse(`${file} can't be read: give the name of a file.`);
  }
}

/** What agents offer, by their cards; undefined where none was ever there. */
async function offered(bus: Bus): Promise<Capabilities | undefined> {
  const cards = await newestRecords(bus, 'muster.agent-cards.v1');
  if (cards.size === 0) return undefined;
  const known = new Map<string, { readonly inputSchema?: JsonShape }>();
  for (const { skills } of cards.values())
    for (const { capability, inputSchema } of skills)
      known.set(capability, known.has(capability) ? {} : { inputSchema: JSON.parse(inputSchema) as JsonShape });
  return known;
}
