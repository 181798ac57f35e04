/** The servers of a trial, with topics and schemas, and what a fault must know about them. */
import { join } from 'node:path';
import { deadLetterTopic, kafkaLog, pushSchemas, type TopicSpec } from '@muster/bus';
import { startStack, type BrokerCount, type ServerControl, type Stack } from '@muster/local-stack';
import { topicConfig, topicFor, topics, type TopicName } from '@muster/schemas';
import { trialTopics } from '@muster/testkit';
import { Kafka, logLevel } from 'kafkajs';

export interface Cluster {
  readonly stack: Stack;
  readonly brokers: readonly string[];
  server(name: ServerControl['name']): ServerControl;
  /** The broker that leads most partitions of the trial's topics. */
  busiestBroker(): Promise<ServerControl>;
  /** How many of them a broker leads. */
  ledBy(broker: ServerControl): Promise<number>;
  /** Redis' append-only file. */
  readonly redisFolder: string;
}

/** Groups of the subject agents and what they hear. */
export const heardBy = {
  'muster.teller': ['muster.metrics.v1'],
  'muster.foreman': ['muster.alerts.v1', 'muster.task-results.v1'],
  'muster.worker': ['muster.inbox.worker.v1', 'muster.task-results.v1'],
} as const satisfies Record<string, readonly TopicName[]>;

const brokerNames = ['kafka', 'kafka2', 'kafka3'] as const;

/** Starts empty servers. Whoever calls ends them by `stack.stop()`. */
export async function startCluster(dataDir: string, brokers: BrokerCount, signal: AbortSignal): Promise<Cluster> {
  const stack = await startStack({ dataDir, brokers, fresh: true, env: {}, signal });
  try {
    await prepare(stack, brokers);
  } catch (error) {
    await stack.stop();
    throw error;
  }
  const server: Cluster['server'] = (name) => {
    const found = stack.servers.find((each) => each.name === name);
    if (found === undefined) throw new Error(`The stack has no server ${name}.`);
    return found;
  };
  const leaderships = async (): Promise<Map<ServerControl['name'], number>> => {
    const kafka = new Kafka({ brokers: stack.kafkaBrokers.split(','), clientId: 'chaos', logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    const known = await admin.fetchTopicMetadata({ topics: [...trialTopics] });
    await admin.disconnect();
    const led = new Map<ServerControl['name'], number>();
    for (const { leader } of known.topics.flatMap(({ partitions }) => partitions)) {
      const name = brokerNames[leader - 1];
      if (name !== undefined) led.set(name, (led.get(name) ?? 0) + 1);
    }
    return led;
  };
  return {
    stack,
    brokers: stack.kafkaBrokers.split(','),
    server,
    async busiestBroker() {
      const [most] = [...(await leaderships())].sort(([, a], [, b]) => b - a);
      return server(most?.[0] ?? 'kafka');
    },
    ledBy: async ({ name }) => (await leaderships()).get(name) ?? 0,
    redisFolder: join(dataDir, 'redis'),
  };
}

async function prepare({ kafkaBrokers, schemaRegistryUrl }: Stack, brokers: BrokerCount): Promise<void> {
  const written: TopicName[] = [...topics.map(({ name }) => name as TopicName), 'muster.inbox.worker.v1'];
  const specOf = (topic: string): TopicSpec => {
    const definition = topicFor(topic);
    const { partitions } = definition;
    return { topic, partitions, replicationFactor: brokers, config: topicConfig(definition, brokers) };
  };
  const deadLetters = Object.entries(heardBy).flatMap(([group, heard]) =>
    heard.map((topic) => ({ ...specOf(topic), topic: deadLetterTopic(topic, group) })),
  );
  const log = kafkaLog({ brokers: kafkaBrokers.split(','), clientId: 'chaos-setup' });
  try {
    await log.admin.createTopics([...written.map(specOf), ...deadLetters]);
    await pushSchemas(schemaRegistryUrl, written);
  } finally {
    await log.close(2_000);
  }
}
