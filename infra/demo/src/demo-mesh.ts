/** The mesh the demo runs on, and its processes. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { findMesh, startMesh, type Mesh } from '@muster/cli';
import { findStack, signal } from '@muster/local-stack';
import { hostAndPort, type Process } from './processes.ts';

const projectDir = join(import.meta.dirname, '..', '..', '..');

/** The folder of the local mesh, where `muster` looks for it too. */
export const dataDir = process.env['MUSTER_DATA_DIR'] || join(projectDir, '.muster', 'dev');

/**
 * How long values must be back in their range before an alert is resolved. Monitoring's own default is a minute, which is long for a demo;
 * MUSTER_HOLD_MS overrides both.
 */
export const holdMs = Number(process.env['MUSTER_HOLD_MS'] || 15_000);

/** The shop's name. On servers that are kept each run's shop is one of its own, so that nothing an earlier one left counts. */
export const targetOfRun = (): string =>
  process.env['KAFKA_BROKERS'] ? `shop-${randomBytes(2).toString('hex')}` : 'shop';

/** Starts everything but the shop, from empty servers. Throws as `startMesh` does, and then leaves nothing running. */
export const startDemoMesh = (options: {
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  readonly onDeath: (sentence: string) => void;
}): Promise<Mesh> =>
  startMesh({ ...options, dataDir, fresh: true, env: { MUSTER_HOLD_MS: String(holdMs), ...process.env } });

/** The servers that were started, and the agents. */
export async function processesOf({ urls, agents }: Mesh): Promise<Process[]> {
  const servers = (await findStack(dataDir))?.processes ?? [];
  const places = { kafka: urls.kafkaBrokers, registry: urls.schemaRegistryUrl, redis: urls.redisUrl };
  const titles = { kafka: 'Kafka', registry: 'schema registry', redis: 'Redis' };
  return [
    ...servers.map(({ name, pid }) => {
      const kind = name === 'registry' || name === 'redis' ? name : 'kafka';
      return { name: titles[kind], pid, at: hostAndPort(places[kind]) };
    }),
    ...agents.map(({ name, pid, url }) => ({ name, pid, at: hostAndPort(url) })),
  ];
}

/** Ends the agents at once. The servers end by themselves when this process does. */
export function killAgents(): void {
  for (const agent of findMesh(dataDir)?.agents ?? []) signal(agent, 'SIGKILL');
}
