/** The program of the README, run as it stands there, on the real stack with the real monitoring agent. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { startAgent, type RunningAgent } from '@muster/agent';
import {
  createBus,
  deadLetterTopic,
  kafkaClientNamed,
  kafkaLog,
  pushSchemas,
  registrySource,
  type Bus,
} from '@muster/bus';
import { monitoring } from '@muster/monitoring';
import { topicConfig, topics, type TopicName } from '@muster/schemas';
import { redisStateStore, type StateStore } from '@muster/state';
import { eventually } from '@muster/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';

const { KAFKA_BROKERS = '', KAFKA_CLIENT, SCHEMA_REGISTRY_URL = '', REDIS_URL = '' } = process.env;
let bus: Bus;
let store: StateStore;
let running: RunningAgent;
let program: ChildProcess | undefined;

beforeAll(async () => {
  const log = kafkaLog({
    client: kafkaClientNamed(KAFKA_CLIENT),
    brokers: KAFKA_BROKERS.split(','),
    clientId: 'first-program',
  });
  const specs = topics.map(({ name, ...definition }) => ({
    topic: name,
    partitions: definition.partitions,
    config: topicConfig({ name, ...definition }),
  }));
  const heard = Object.values(monitoring.handlers).flatMap((handler) => handler.topics);
  const letters = heard.map((topic) => ({
    topic: deadLetterTopic(topic, 'muster.monitoring'),
    partitions: 12,
    config: {},
  }));
  await log.admin.createTopics([...specs, ...letters]);
  await pushSchemas(
    SCHEMA_REGISTRY_URL,
    topics.map(({ name }) => name as TopicName),
  );
  bus = createBus({ log, schemas: registrySource(SCHEMA_REGISTRY_URL) });
  store = redisStateStore({ url: REDIS_URL });
  running = await startAgent(monitoring, {
    bus,
    store,
    config: monitoring.config.parse({}),
    instance: 'monitoring-first-program',
  });
  await eventually(
    () => running.trouble() === undefined,
    () => `not ready: ${running.trouble()}`,
    60_000,
  );
});

afterAll(async () => {
  program?.kill('SIGKILL');
  await running?.stop(5_000);
  await bus?.close(2_000);
  await store?.close();
});

it('prints the alert that its own metric raises', async () => {
  const file = resolve(import.meta.dirname, '../../docs/first-program.ts');
  const target = `shop-${Date.now()}`;
  const child = spawn(process.execPath, [file, target], { stdio: ['ignore', 'pipe', 'pipe'] });
  program = child;
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(`stderr: ${line}`));
  await eventually(
    () => lines.some((line) => line.includes(target)),
    () => `it printed: ${lines.join('\n')}`,
    120_000,
  );
  expect(lines.find((line) => line.includes(target))).toMatch(
    /^FIRING (WARNING|CRITICAL) .*latency_ms is \d+ ms, expected /,
  );
}, 150_000);
