import { topicPatterns, topics } from '@muster/schemas';
import type { TopicDefinition } from '@muster/schemas';
import type { GlobalOptions } from './addresses.ts';
import { Failure } from './failure.ts';
import { loadAgents, meshTopics } from './mesh-topics.ts';
import { formatDuration } from './moment.ts';
import { findServices } from './project.ts';
import { withBus } from './session.ts';
import { tableLines } from './table.ts';
import type { Column } from './table.ts';
import type { Terminal } from './terminal.ts';

interface Listed extends TopicDefinition {
  /** Undefined when no cluster could be asked, or for a family that has no member yet. */
  readonly exists: boolean | undefined;
}

const columns: readonly Column<Listed>[] = [
  { title: 'TOPIC', text: ({ name }) => name },
  { title: 'KEY', text: ({ key }) => key.join('/') },
  { title: 'PARTITIONS', text: ({ partitions }) => String(partitions), align: 'right' },
  {
    title: 'KEPT',
    text: ({ cleanup, retentionMs }) => (cleanup === 'compact' ? 'newest' : formatDuration(retentionMs)),
  },
  { title: 'OWNER', text: ({ owner }) => owner },
  {
    title: 'EXISTS',
    text: ({ exists }) => (exists === undefined ? '-' : exists ? 'yes' : 'no'),
    paint: ({ exists }, colours) => (exists === false ? colours.red : undefined),
  },
  { title: 'DESCRIPTION', text: ({ description }) => description },
];

/** Prints the catalogue and whether the cluster has its topics. */
export async function listTopics(options: GlobalOptions, terminal: Terminal): Promise<void> {
  const existing = await existingTopics(options, terminal);
  const listed: Listed[] = [
    ...topics.map((topic) => ({ ...topic, exists: existing?.has(topic.name) })),
    ...topicPatterns.map((family) => ({ ...family, exists: hasMember(family.name, existing) || undefined })),
  ];
  if (options.json)
    await terminal.print(JSON.stringify(listed.map((topic) => ({ ...topic, exists: topic.exists ?? null }))));
  else for (const line of tableLines(listed, columns, terminal)) await terminal.print(line);
  if (existing && listed.some(({ exists }) => exists === false))
    terminal.say('Some topics are missing: create them with `muster topics create`.');
}

/** Creates what a mesh of the agents there are needs. */
export async function createTopics(options: GlobalOptions, terminal: Terminal): Promise<void> {
  const specs = meshTopics(await loadAgents(findServices()));
  const created = await withBus(options, (bus) => bus.log.admin.createTopics(specs));
  if (options.json) return terminal.print(JSON.stringify({ created, existing: specs.length - created.length }));
  for (const topic of created) await terminal.print(topic);
  terminal.say(`${created.length} created, ${specs.length - created.length} there before.`);
}

async function existingTopics(options: GlobalOptions, terminal: Terminal): Promise<Set<string> | undefined> {
  try {
    const found = await withBus(options, (bus) => bus.log.admin.topics());
    return new Set(found.map(({ topic }) => topic));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    terminal.say(`Whether the topics exist is not known. ${error.message}`);
    return undefined;
  }
}

/** Whether there is a topic whose name fits one with a `<part>` in it. */
function hasMember(family: string, names: ReadonlySet<string> = new Set()): boolean {
  const [before = '', after = ''] = family.split(/<[^>]*>/);
  return [...names].some((name) => name.startsWith(before) && name.endsWith(after));
}
