/** Processes of the comparison, which end with it. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { MeshUrls } from '@muster/cli';
import { keep } from '../children.ts';
import type { Measured, Order } from './requests.ts';

const readyWithinMs = 120_000;

/** Starts a program of this folder, and resolves when it says that it is ready. */
export async function started(
  program: string,
  { kafkaBrokers, schemaRegistryUrl }: Pick<MeshUrls, 'kafkaBrokers' | 'schemaRegistryUrl'>,
  args: readonly string[] = [],
): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, program), args, {
    env: { ...process.env, KAFKA_BROKERS: kafkaBrokers, SCHEMA_REGISTRY_URL: schemaRegistryUrl },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  keep(child);
  const gone = once(child, 'exit').then(() => {
    throw new Error(`${program} ${args.join(' ')} ended while it started`);
  });
  const ready = once(child, 'message', { signal: AbortSignal.timeout(readyWithinMs) });
  await Promise.race([ready, gone]);
  gone.catch(() => {});
  return child;
}

/** Has a client ask. */
export async function asked(client: ChildProcess, order: Order): Promise<Measured> {
  client.send(order);
  const [measured] = (await once(client, 'message')) as [Measured];
  return measured;
}
