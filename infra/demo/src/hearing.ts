/** What is listened to while the demo runs. */
import type { Client } from '@muster/client';
import type { TopicName } from '@muster/schemas';
import type { About, LoopMessage } from './loop.ts';
import type { Teller } from './teller.ts';

type Consumption = Awaited<ReturnType<Client['consume']>>;

const loopTopics: Readonly<Record<About, TopicName>> = {
  incident: 'muster.incidents.v1',
  remediation: 'muster.remediations.v1',
  change: 'muster.change-requests.v1',
  decision: 'muster.decisions.v1',
  run: 'muster.workflow-events.v1',
  assignment: 'muster.inbox.recovery.v1',
  result: 'muster.task-results.v1',
};

/**
 * Hears the shop's signals and the alerts about it, each hop of what the mesh does about them, blocks, how targets are and how far tasks are. Resolves when all that comes from now on is
 * heard.
 */
export function hear(client: Client, { happened }: Pick<Teller, 'happened'>): Promise<Consumption[]> {
  const hops = Object.entries(loopTopics) as [About, TopicName][];
  return Promise.all([
    client.consume('muster.metrics.v1', (sample) => happened({ kind: 'sample', sample })),
    client.consume('muster.alerts.v1', (alert) => happened({ kind: 'alert', alert })),
    client.consume(
      'muster.blocks.v1',
      { onRemoval: (address) => happened({ kind: 'sight', sight: { about: 'block', address, block: null } }) },
      (block) => happened({ kind: 'sight', sight: { about: 'block', address: block.address, block } }),
    ),
    client.consume('muster.health-reports.v1', (report) =>
      happened({ kind: 'sight', sight: { about: 'health', report } }),
    ),
    client.consume('muster.task-progress.v1', (progress) =>
      happened({ kind: 'sight', sight: { about: 'progress', progress } }),
    ),
    ...hops.map(([about, topic]) =>
      client.consume(topic, (record) => happened({ kind: 'loop', message: { about, record } as LoopMessage })),
    ),
  ]);
}
