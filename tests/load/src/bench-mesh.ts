import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { createBus, kafkaLog, registrySource, type Bus } from '@muster/bus';
import { startMesh, type Mesh } from '@muster/cli';

const dataDir = resolve(import.meta.dirname, '../../../.muster/bench');

/** A real mesh with empty servers for one benchmark. It is stopped and its data removed when `measure` ends, however it ends. */
export async function withBenchMesh<R>(
  agents: readonly string[] | undefined,
  measure: (mesh: Mesh, bus: Bus, dataDir: string) => Promise<R>,
): Promise<R> {
  const mesh = await startMesh({
    dataDir,
    ...(agents && { agents }),
    fresh: true,
    log: (line) => process.stderr.write(`  ${line}\n`),
  });
  const bus = createBus({
    log: kafkaLog({ brokers: mesh.urls.kafkaBrokers.split(','), clientId: 'bench' }),
    schemas: registrySource(mesh.urls.schemaRegistryUrl),
  });
  // Ended from outside, it still ends what it started.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void mesh.stop().then(() => process.exit(130)));
  try {
    return await measure(mesh, bus, dataDir);
  } finally {
    await bus.close(2_000);
    await mesh.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
