import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { heardTopics, type AgentDefinition } from '@muster/agent';
import { createBus, deadLetterTopic, kafkaClientNamed, kafkaLog, registrySource, type Bus } from '@muster/bus';
import { startMesh, type Mesh } from '@muster/cli';
import { endChildren } from './children.ts';

const muster = resolve(import.meta.dirname, '../../../.muster');

/**
 * A real mesh with empty servers for one benchmark. It is stopped and its data removed when `measure` ends, however it ends. Benchmarks
 * with another `folder` (in .muster) may run at the same time.
 */
export async function withBenchMesh<R>(
  agents: readonly string[] | undefined,
  measure: (mesh: Mesh, bus: Bus, dataDir: string) => Promise<R>,
  folder = 'bench',
): Promise<R> {
  const dataDir = resolve(muster, folder);
  const mesh = await startMesh({
    dataDir,
    ...(agents && { agents }),
    fresh: true,
    log: (line) => process.stderr.write(`  ${line}\n`),
  });
  const bus = createBus({
    log: kafkaLog({
      client: kafkaClientNamed(process.env['KAFKA_CLIENT']),
      brokers: mesh.urls.kafkaBrokers.split(','),
      clientId: 'bench',
    }),
    schemas: registrySource(mesh.urls.schemaRegistryUrl),
  });
  // Ended from outside, it still ends what it started.
  const interrupted = (): void => void mesh.stop().then(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  try {
    return await measure(mesh, bus, dataDir);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
    await endChildren();
    await bus.close(2_000);
    await mesh.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Creates the topics that these agents need beside the catalogue's, so that they can be started by hand. */
export async function prepareFor(bus: Bus, agents: readonly AgentDefinition[]): Promise<void> {
  const partitions = 12;
  const letters = agents.flatMap((agent) =>
    heardTopics(agent).map((topic) => ({
      topic: deadLetterTopic(topic, `muster.${agent.name}`),
      partitions,
      config: {},
    })),
  );
  await bus.log.admin.createTopics(letters);
}
