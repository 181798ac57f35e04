/** The mesh the demo runs on, and its processes. */
import { randomBytes } from 'node:crypto';
import { findMesh, startMesh, type Mesh } from '@muster/cli';
import { findStack, signal } from '@muster/local-stack';
import { dataDir } from './places.ts';
import { hostAndPort, type Process } from './processes.ts';
import { healthRoute } from './shop/routes.ts';
import { quickened } from './timing.ts';

/** A shop whose customers wait longer than this to order is not well. */
const latencyBudgetMs = 500;

/** The shop's name. On servers that are kept each run's shop is one of its own, so that nothing an earlier one left counts. */
export const targetOfRun = (): string =>
  process.env['KAFKA_BROKERS'] ? `shop-${randomBytes(2).toString('hex')}` : 'shop';

/** Starts everything but the shop, from empty servers. Throws as `startMesh` does, and then leaves nothing running. */
export const startDemoMesh = (options: {
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  readonly onDeath: (sentence: string) => void;
  /** Of the agents, besides what they need anyway. */
  readonly env: Readonly<Record<string, string>>;
}): Promise<Mesh> =>
  startMesh({
    ...options,
    dataDir,
    fresh: true,
    env: { ...quickened, ...process.env, ...options.env },
  });

/** What the agents are told of the shop: who keeps its processes, and how one sees whether it is well. */
export const agentsEnv = (target: string, urls: Readonly<Record<string, string>>): Record<string, string> => ({
  MUSTER_PROCESS_KEEPERS: JSON.stringify({ [target]: urls['keeper'] }),
  MUSTER_PROBES: JSON.stringify({ [target]: { url: `${urls['shop']}${healthRoute}`, latencyBudgetMs } }),
});

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
