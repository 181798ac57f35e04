/** All that the demo starts, and how it is ended. */
import { join } from 'node:path';
import type { Mesh } from '@muster/cli';
import { connect, type Client } from '@muster/client';
import { startCompanion, type Companion } from './companion.ts';
import type { Told } from './companion-side.ts';
import { agentsEnv, killAgents, processesOf, startDemoMesh } from './demo-mesh.ts';
import { hear } from './hearing.ts';
import { dataDir, logOf } from './places.ts';
import { hostAndPort, type Process } from './processes.ts';
import { remediesOf } from './remedies.ts';
import type { Teller } from './teller.ts';

type Env = Readonly<Record<string, string>>;

/** What runs, filled in the order in which it is started. */
export interface Running {
  /** Processes beside the mesh, by name. */
  readonly companions: Map<string, Companion>;
  shop?: Companion;
  mesh?: Mesh;
  client?: Client;
}

/** Where a scenario happens: what it can tell, use and start. */
export interface Stage {
  readonly teller: Teller;
  readonly running: Running;
  /** Starts a program of this package as a process that ends with the demo; one of the same name takes the place of an earlier one. */
  start(name: string, part: string, env: Env): Promise<Companion>;
}

const openWithinMs = 60_000;

/** @param signal gives up whatever is being started */
export function stageOn(running: Running, teller: Teller, signal: AbortSignal): Stage {
  const { happened, wentWrong } = teller;
  const told = (one: Told): void => {
    if (one.kind === 'fault') happened({ kind: 'fault', isOn: one.isOn }, one.at);
    if (one.kind === 'visits') {
      const { who, served, refused, at } = one;
      happened({ kind: 'sight', sight: { about: 'visits', who, served, refused } }, at);
    }
    if (one.kind === 'open') happened({ kind: 'open' });
  };
  return {
    teller,
    running,
    async start(name, part, env) {
      const companion = await startCompanion({
        name,
        file: join(import.meta.dirname, part, 'main.ts'),
        logFile: logOf(name),
        env,
        signal,
        told,
        onDeath: (sentence) => wentWrong(new Error(sentence)),
      });
      running.companions.set(name, companion);
      return companion;
    },
  };
}

/**
 * Starts the mesh, the shop and its customers, and hears what is published about the shop. Throws a sentence; what was started by then stands in
 * `running` all the same.
 */
export async function open(stage: Stage, signal: AbortSignal): Promise<void> {
  const { running, teller, start } = stage;
  const { happened, wentWrong, until, story } = teller;
  const { target, scenario } = story;
  const note = (text: string) => happened({ kind: 'note', text });
  const setting = (await scenario.prepare?.(stage)) ?? {};
  // The keeper is there before the mesh: the agents have to know where it is.
  const shop = await start('shop', 'keeper', {
    SHOP_TARGET: target,
    SHOP_STATE_DIR: join(dataDir, 'shop'),
    SHOP_FAULT: scenario.fault ?? 'slow',
    ...setting.shop,
  });
  running.shop = shop;
  const env = { ...agentsEnv(target, shop.urls), ...setting.agents };
  const onDeath = (sentence: string) => wentWrong(new Error(sentence));
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
  await until((last) => last.isOpen, {
    withinMs: openWithinMs,
    sentence: () => `The shop did not open within ${openWithinMs / 1_000} s; its log is ${logOf('shop')}.`,
  });
  await start('customers', 'load', { SHOP_URL: shop.urls['shop']! });
}

/** All processes, this one included. */
export async function allProcesses({ mesh, companions }: Running): Promise<Process[]> {
  return [
    ...(mesh === undefined ? [] : await processesOf(mesh)),
    ...[...companions.values()].map(({ name, pid, urls }) => ({
      name,
      pid,
      at: hostAndPort(Object.values(urls)[0] ?? ''),
    })),
    { name: 'this demo', pid: process.pid, at: '' },
  ];
}

/** Ends what was started, the last first. */
export async function close({ mesh, client, companions }: Running): Promise<void> {
  for (const companion of [...companions.values()].toReversed()) await companion.stop();
  await client?.close(3_000);
  await mesh?.stop();
}

/** Ends what was started at once; the servers end by themselves when this process does. */
export function kill({ companions }: Running): void {
  for (const companion of companions.values()) companion.kill();
  killAgents();
}
