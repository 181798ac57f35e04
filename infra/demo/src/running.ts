/** All that the demo starts, and how it is ended. */
import { join } from 'node:path';
import type { Mesh } from '@muster/cli';
import { connect, type Client } from '@muster/client';
import { startCompanion, type Companion } from './companion.ts';
import { dataDir, killAgents, processesOf, startDemoMesh } from './demo-mesh.ts';
import type { Process } from './processes.ts';
import type { Teller } from './teller.ts';

/** What runs, filled in the order in which it is started. */
export interface Running {
  mesh?: Mesh;
  client?: Client;
  shop?: Companion;
  customers?: Companion;
}

/**
 * Starts the mesh, the shop and its customers, and hears what is published about the shop. Throws a sentence; what was started by then stands in
 * `running` all the same.
 */
export async function open(
  running: Running,
  { happened, wentWrong, story }: Teller,
  signal: AbortSignal,
): Promise<void> {
  const { target } = story;
  const note = (text: string) => happened({ kind: 'note', text });
  const onDeath = (sentence: string) => wentWrong(new Error(sentence));
  const mesh = await startDemoMesh({ log: note, signal, onDeath });
  running.mesh = mesh;
  const { kafkaBrokers, schemaRegistryUrl } = mesh.urls;
  const addresses = { brokers: kafkaBrokers.split(','), schemaRegistry: schemaRegistryUrl };
  const client = await connect({ source: `${target}-demo`, ...addresses });
  running.client = client;
  const heard = await Promise.all([
    client.consume('muster.alerts.v1', (alert) => happened({ kind: 'alert', alert })),
    client.consume('muster.metrics.v1', (sample) => happened({ kind: 'sample', sample })),
  ]);
  for (const { ended } of heard) ended.catch(wentWrong);

  const start = (name: string, part: string, env: Readonly<Record<string, string>>): Promise<Companion> =>
    startCompanion({
      name,
      file: join(import.meta.dirname, part, 'main.ts'),
      logFile: join(dataDir, 'logs', `${part}.log`),
      env,
      signal,
      told: (told) => {
        if (told.kind === 'fault') happened({ kind: 'fault', isOn: told.isOn }, told.at);
      },
      onDeath,
    });
  signal.throwIfAborted();
  note('Opening the shop');
  const env = { KAFKA_BROKERS: kafkaBrokers, SCHEMA_REGISTRY_URL: schemaRegistryUrl, SHOP_TARGET: target };
  running.shop = await start('shop', 'shop', env);
  running.customers = await start('customers', 'load', { SHOP_URL: running.shop.urls['shop']! });
}

/** All processes, this one included. */
export async function allProcesses({ mesh, shop, customers }: Running): Promise<Process[]> {
  return [
    ...(mesh === undefined ? [] : await processesOf(mesh)),
    ...(shop === undefined ? [] : [{ ...shop, at: new URL(shop.urls['shop']!).host }]),
    ...(customers === undefined ? [] : [{ ...customers, at: '' }]),
    { name: 'this demo', pid: process.pid, at: '' },
  ];
}

/** Ends what was started, the last first. */
export async function close({ mesh, client, shop, customers }: Running): Promise<void> {
  await customers?.stop();
  await shop?.stop();
  await client?.close(3_000);
  await mesh?.stop();
}

/** Ends what was started at once; the servers end by themselves when this process does. */
export function kill({ shop, customers }: Running): void {
  customers?.kill();
  shop?.kill();
  killAgents();
}
