import { checkSchemas, pushSchemas } from '@muster/bus';
import { findRegistryUrl } from './addresses.ts';
import type { GlobalOptions } from './addresses.ts';
import { Failure } from './failure.ts';
import { loadAgents } from './mesh-topics.ts';
import { writtenTopics } from './prepare-cluster.ts';
import { findServices } from './project.ts';
import { tableLines } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Registers what the registry does not have. */
export async function pushAll(options: GlobalOptions, terminal: Terminal): Promise<void> {
  const { url, topics } = await target(options);
  const pushed = await pushSchemas(url, topics);
  if (options.json) return terminal.print(JSON.stringify(pushed));
  const columns = [
    { title: 'SUBJECT', text: ({ subject }: (typeof pushed)[0]) => subject },
    { title: 'VERSION', text: ({ version }: (typeof pushed)[0]) => String(version), align: 'right' as const },
    { title: 'ID', text: ({ id }: (typeof pushed)[0]) => String(id), align: 'right' as const },
    { title: 'OUTCOME', text: ({ outcome }: (typeof pushed)[0]) => outcome },
  ];
  for (const line of tableLines(pushed, columns, terminal)) await terminal.print(line);
  const registered = pushed.filter(({ outcome }) => outcome === 'registered').length;
  terminal.say(`${registered} registered, ${pushed.length - registered} unchanged.`);
}

/** Says what the registry would make of the schemas. Throws a Failure when it would refuse one. */
export async function checkAll(options: GlobalOptions, terminal: Terminal): Promise<void> {
  const { url, topics } = await target(options);
  const checked = await checkSchemas(url, topics);
  const refused = checked.filter(({ verdict }) => verdict === 'incompatible');
  if (options.json) await terminal.print(JSON.stringify(checked));
  else {
    const columns = [
      { title: 'SUBJECT', text: ({ subject }: (typeof checked)[0]) => subject },
      { title: 'VERDICT', text: ({ verdict }: (typeof checked)[0]) => verdict },
      { title: 'REASON', text: ({ reasons }: (typeof checked)[0]) => reasons.join(' ') },
    ];
    for (const line of tableLines(checked, columns, terminal)) await terminal.print(line);
  }
  if (refused.length > 0)
    throw new Failure(
      `The registry would refuse ${refused.map(({ subject }) => subject).join(', ')}: make the change a compatible one, or give the topic a new major version.`,
    );
  if (!options.json && checked.some(({ verdict }) => verdict === 'new' || verdict === 'compatible'))
    terminal.say('Some schemas are not registered yet: do so with `muster schemas push`.');
}

async function target(options: GlobalOptions) {
  return { url: await findRegistryUrl(options), topics: writtenTopics(await loadAgents(findServices())) };
}
