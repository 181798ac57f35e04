/** All that the demo starts, and how it is ended. */
import { join } from 'node:path';
import type { Mesh } from '@muster/cli';
import { connect, type Client } from '@muster/client';
import { startCompanion, type Companion } from './companion.ts';
import type { Told } from './companion-side.ts';
import { agentsEnv, dataDir, killAgents, processesOf, startDemoMesh } from './demo-mesh.ts';
import { hear } from './hearing.ts';
import type { Process } from './processes.ts';
import { remediesOf } from './remedies.ts';
import type { Teller } from './teller.ts';

/** What runs, filled in the order in which it is started. */
export interface Running {
  shop?: Companion;
  mesh?: Mesh;
  client?: Client;
  customers?: Companion;
}

const openWithinMs = 60_000;

/**
 * Starts the mesh, the shop and its customers, and hears what is published about the shop. Throws a sentence; what was started by then stands in
 * `running` all the same.
 */
export async function open(running: Running, teller: Teller, signal: AbortSignal): Promise<void> {
  const { happened, wentWrong, until, story } = teller;
  const { target, scenario } = story;
  const note = (text: string) => happened({ kind: 'note', text });
  const onDeath = (sentence: string) => wentWrong(new Error(sentence));
  let isOpen = false;
  const told = (one: Told): void => {
    if (one.kind === 'fault') happened({ kind: 'fault', isOn: one.isOn }, one.at);
    if (one.kind === 'open') isOpen = true;
  };
  const start = (name: string, part: string, env: Readonly<Record<string, string>>): Promise<Companion> =>
    startCompanion({
      name,
      file: join(import.meta.dirname, part, 'main.ts'),
      logFile: join(dataDir, 'logs', `${name}.log`),
      env,
      signal,
      told,
      onDeath,
    });
  // The keeper is there first: the agents have to know where it is.
  const shop = await start('shop', 'keeper', {
    SHOP_TARGET: target,
    SHOP_STATE_DIR: join(dataDir, 'shop'),
    SHOP_FAULT: scenario.fault ?? 'slow',
  });
  running.shop = shop;
  const env = agentsEnv(target, shop.urls);
  const mesh = await startDemoMesh({ log: note, signal, onDeath, env });
  running.mesh = mesh;
  const { kafkaBrokers, schemaRegistryUrl } = mesh.urls;
  const addresses = { brokers: kafkaBrokers.split(','), schemaRegistry: schemaRegistryUrl };
  const client = await connect({ source: `${target}-demo`, ...addresses });
  running.client = client;
  const heard = await hear(client, teller);
  for (const { ended } of heard) ended.catch(wentWrong);
  signal.throwIfAborted();
  // On servers that are kept, the policies are somebody's own.
  if (!process.env['KAFKA_BROKERS']) await client.publish('muster.policies.v1', remediesOf(target, scenario.remedy));
  note('Opening the shop');
  shop.tell({ KAFKA_BROKERS: kafkaBrokers, SCHEMA_REGISTRY_URL: schemaRegistryUrl });
  await until(() => isOpen, {
    withinMs: openWithinMs,
    sentence: () => `The shop did not open within ${openWithinMs / 1_000} s; its log is ${dataDir}/logs/shop.log.`,
  });
  running.customers = await start('customers', 'load', { SHOP_URL: shop.urls['shop']! });
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
