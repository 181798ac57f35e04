import { dataDirOf } from './addresses.ts';
import type { GlobalOptions } from './addresses.ts';
import type { AgentLine } from './agent-status.ts';
import { Failure } from './failure.ts';
import { findMesh } from './mesh.ts';
import { formatDuration } from './moment.ts';
import { ranges } from './ranges.ts';
import { readStatus } from './read-status.ts';
import type { GroupLag, MeshStatus } from './read-status.ts';
import { withBus } from './session.ts';
import { tableLines } from './table.ts';
import type { Column } from './table.ts';
import type { Colours, Terminal } from './terminal.ts';

const statusPaint = ({ status }: AgentLine, colours: Colours) =>
  status === 'READY' ? colours.green : status === 'GONE' ? colours.red : colours.yellow;

const agentColumns: readonly Column<AgentLine>[] = [
  { title: 'AGENT', text: ({ agent }) => agent },
  { title: 'INSTANCE', text: ({ instance }) => instance || '-' },
  { title: 'STATUS', text: ({ status }) => status, paint: statusPaint },
  { title: 'HEARD', text: ({ ageMs }) => (ageMs === null ? '-' : `${formatDuration(ageMs)} ago`), align: 'right' },
  { title: 'LOAD', text: ({ load }) => (load === null ? '-' : `${Math.round(load * 100)}%`), align: 'right' },
  { title: 'LAG', text: ({ lag }) => String(lag ?? '-'), align: 'right' },
  { title: 'PARTITIONS', text: ({ partitions }) => ranges(partitions) },
  { title: 'REASON', text: ({ reason }) => reason },
];

const groupColumns: readonly Column<GroupLag>[] = [
  { title: 'GROUP', text: ({ group }) => group },
  { title: 'STATE', text: ({ state }) => state },
  { title: 'MEMBERS', text: ({ members }) => String(members), align: 'right' },
  { title: 'LAG', text: ({ lag }) => String(total(lag)), align: 'right' },
  { title: 'BEHIND IN', text: ({ lag }) => Object.entries(lag).filter(([, count]) => count > 0).map(([topic, count]) => `${topic} ${count}`).join(', ') }, // prettier-ignore
];

/** Prints how the mesh is. Throws a Failure when it isn't well. */
export async function showStatus(options: GlobalOptions, terminal: Terminal): Promise<void> {
  const status = await withBus(options, readStatus);
  if (options.json) await terminal.print(JSON.stringify(status));
  else
    for (const line of [...headLines(status, options, terminal), ...tables(status, terminal)])
      await terminal.print(line);
  const troubles = troublesIn(status);
  if (troubles.length > 0) throw new Failure(`The mesh is not well: ${troubles.join('; ')}.`);
}

function headLines({ kafka, schemaRegistry }: MeshStatus, options: GlobalOptions, { colours }: Terminal): string[] {
  const local = findMesh(dataDirOf(options));
  const isLocal = local?.urls.kafkaBrokers === kafka.brokers.join(',');
  const missing = (names: readonly string[], what: string) =>
    names.length === 0 ? colours.green(`all ${what} there`) : colours.red(`${names.length} ${what} missing`);
  return [
    ...(local && isLocal
      ? [
          `Mesh             up for ${formatDuration(Date.now() - local.startedAt)}, started by process ${local.owner.pid}`,
        ]
      : []),
    `Kafka            ${kafka.brokers.join(', ')}, ${missing(kafka.missing, 'topics')}`,
    `Schema registry  ${schemaRegistry.url}, ${missing(schemaRegistry.missing, 'schemas')}`,
  ];
}

function tables({ agents, groups }: MeshStatus, terminal: Terminal): string[] {
  const agentLines = agents.length === 0 ? ['No agent was heard of.'] : tableLines(agents, agentColumns, terminal);
  return ['', ...agentLines, ...(groups.length === 0 ? [] : ['', ...tableLines(groups, groupColumns, terminal)])];
}

function troublesIn({ kafka, schemaRegistry, agents }: MeshStatus): string[] {
  const unwell = agents.filter(({ status }) => status !== 'READY');
  return [
    ...(kafka.missing.length > 0 ? [`${kafka.missing.length} topics are missing (\`muster topics create\`)`] : []),
    ...(schemaRegistry.missing.length > 0
      ? [`${schemaRegistry.missing.length} schemas are missing (\`muster schemas push\`)`]
      : []),
    ...(schemaRegistry.incompatible.length > 0
      ? [`${schemaRegistry.incompatible.join(', ')} can't take their schema (\`muster schemas check\`)`]
      : []),
    ...unwell.map(({ agent, instance, status }) => `${instance || agent} is ${status}`),
  ];
}

const total = (lag: Readonly<Record<string, number>>): number =>
  Object.values(lag).reduce((sum, count) => sum + count, 0);
