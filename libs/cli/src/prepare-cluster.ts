import { pushSchemas } from '@muster/bus';
import { connectBus } from '@muster/client';
import { topics } from '@muster/schemas';
import type { TopicName } from '@muster/schemas';
import type { MeshUrls } from './mesh-state.ts';
import { inboxOf, isActing, meshTopics } from './mesh-topics.ts';
import type { AgentDefinition } from '@muster/agent';

/** Creates the topics that are missing and registers the schemas that are new. Safe to repeat. */
export async function prepareCluster(
  { kafkaBrokers, schemaRegistryUrl }: Pick<MeshUrls, 'kafkaBrokers' | 'schemaRegistryUrl'>,
  agents: readonly AgentDefinition[],
): Promise<void> {
  const bus = connectBus({ brokers: kafkaBrokers.split(','), schemaRegistry: schemaRegistryUrl, source: 'muster-cli' });
  try {
    await Promise.all([
      bus.log.admin.createTopics(meshTopics(agents)),
      pushSchemas(schemaRegistryUrl, writtenTopics(agents)),
    ]);
  } finally {
    await bus.close(2_000);
  }
}

/** Every topic that has a schema: the catalogue's, and the inboxes of agents. */
export const writtenTopics = (agents: readonly AgentDefinition[]): TopicName[] => [
  ...topics.map(({ name }) => name as TopicName),
  ...agents.filter(isActing).map(({ name }) => inboxOf(name)),
];
