import { createBus, kafkaLog, registrySource, type KafkaLogOptions } from '@muster/bus';
import { messageOf } from '@muster/resilience';
import { redisStateStore } from '@muster/state';
import type { AgentDefinition } from './agent.ts';
import { agentConfig, ConfigError, readConfig } from './config.ts';
import { logger } from './logs.ts';
import { serveSideThread, sideBirth } from './on-side-thread.ts';
import { serveProbes } from './probes.ts';
import { sideThread as sideThreadOf } from './side-thread.ts';
import { startAgent } from './start-agent.ts';

/**
 * Runs an agent as a process of its own: configuration from the environment, logs on standard output, probes and metrics over HTTP, a stop
 * on SIGTERM or SIGINT that drains within `MUSTER_DRAIN_MS`. Exit codes: 0 after a stop, 1 when it can't go on, 2 for a wrong environment. `route`
 * says where a broker is really reached, for tests of network faults.
 */
export async function runAgent(
  definition: AgentDefinition,
  { route }: Pick<KafkaLogOptions, 'route'> = {},
): Promise<void> {
  const birth = sideBirth();
  if (birth !== undefined) return serveSideThread(definition, agentConfig(definition, process.env), birth);
  let settings: ReturnType<typeof readConfig>;
  try {
    settings = readConfig(definition, process.env);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
  const { runtime, config } = settings;
  const { instance } = runtime;
  const log = logger(runtime.LOG_LEVEL, { agent: definition.name, instance });
  const signalled = new Promise<string>((resolve) => {
    process.once('SIGTERM', () => resolve('SIGTERM'));
    process.once('SIGINT', () => resolve('SIGINT'));
  });
  process.on('unhandledRejection', (reason) => {
    log.fatal(
      { fault: messageOf(reason), stack: reason instanceof Error ? reason.stack : undefined },
      'a promise was forgotten; this is a bug',
    );
    process.exit(1);
  });

  const forward = (level: 'debug' | 'info' | 'warn' | 'error', message: string, facts: object): void =>
    log[level](facts, message);
  const store = redisStateStore({ url: runtime.REDIS_URL, logger: log });
  const kafka = kafkaLog({
    client: runtime.KAFKA_CLIENT,
    brokers: runtime.KAFKA_BROKERS.split(',').map((broker) => broker.trim()),
    clientId: instance,
    ssl: runtime.KAFKA_SSL,
    ...(route && { route }),
    ...saslOf(runtime),
    logger: forward,
  });
  const bus = createBus({ log: kafka, schemas: registrySource(runtime.SCHEMA_REGISTRY_URL) });

  // The same program once more, where it finds out for itself what it is there for.
  const sideThread = sideThreadOf({ program: process.argv[1] ?? '', log });
  let exitCode = 0;
  try {
    const running = await startAgent(definition, {
      bus,
      store,
      config,
      instance,
      log,
      concurrency: runtime.MUSTER_CONCURRENCY,
      sideThread,
    });
    const probes = await serveProbes(running, runtime.HTTP_HOST, runtime.HTTP_PORT);
    log.info({ probes: probes.url }, 'serving /livez, /readyz and /metrics');
    const reason = await Promise.race([signalled, running.dead]);
    log.info({ reason }, 'stopping');
    if (running.deadReason() !== undefined) exitCode = 1;
    await running.stop(runtime.MUSTER_DRAIN_MS);
    await probes.close();
  } catch (error) {
    log.fatal({ fault: messageOf(error) }, 'the agent can not run');
    exitCode = 1;
  }
  await Promise.allSettled([bus.close(2_000), store.close(), sideThread.stop()]);
  process.exit(exitCode);
}

function saslOf(runtime: ReturnType<typeof readConfig>['runtime']): object {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = runtime;
  return mechanism === undefined ? {} : { sasl: { mechanism, username, password } };
}
