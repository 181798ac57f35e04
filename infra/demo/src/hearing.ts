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
 * Hears the shop's signals and the alerts about it, and each hop of what the mesh does about them. Resolves when all that comes from now on is
 * heard.
 */
export function hear(client: Client, { happened }: Pick<Teller, 'happened'>): Promise<Consumption[]> {
  const hops = Object.entries(loopTopics) as [About, TopicName][];
  return Promise.all([
    client.consume('muster.metrics.v1', (sample) => happened({ kind: 'sample', sample })),
    client.consume('muster.alerts.v1', (alert) => happened({ kind: 'alert', alert })),
    ...hops.map(([about, topic]) =>
      client.consume(topic, (record) => happened({ kind: 'loop', message: { about, record } as LoopMessage })),
    ),
  ]);
}
