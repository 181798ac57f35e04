import { pushSchemas, type Bus } from '@muster/bus';
import type { MeshUrls } from '@muster/cli';
import { topicConfig, topicFor } from '@muster/schemas';
import { prepareFor } from '../bench-mesh.ts';
import { startMember } from '../fleet.ts';
import { echoAgent } from './echo-agent.ts';

const main = new URL('echo-agent-main.ts', import.meta.url).pathname;

/** Starts an echo agent as a process, with the topics it needs, and resolves when it is ready. */
export async function startEcho(
  name: string,
  { bus, urls, dataDir }: { readonly bus: Bus; readonly urls: MeshUrls; readonly dataDir: string },
  slownessFile?: string,
): Promise<void> {
  const inbox = topicFor(`muster.inbox.${name}.v1`);
  await bus.log.admin.createTopics([{ topic: inbox.name, partitions: inbox.partitions, config: topicConfig(inbox) }]);
  await pushSchemas(urls.schemaRegistryUrl, [`muster.inbox.${name}.v1`]);
  await prepareFor(bus, [echoAgent(name)]);
  const env = { ECHO_NAME: name, ...(slownessFile !== undefined && { ECHO_SLOWNESS_FILE: slownessFile }) };
  const member = await startMember({ main, instance: `${name}-1`, urls, dataDir, env });
  await member.ready();
}
