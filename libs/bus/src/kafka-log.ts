/** The log on Kafka, by the client of choice. */
import type { LogOptions } from './kafka/log-options.ts';
import type { Log } from './log.ts';

/** The Kafka clients there is a driver for. The first is the default. */
export const KAFKA_CLIENTS = ['kafkajs', 'platformatic'] as const;

export type KafkaClient = (typeof KAFKA_CLIENTS)[number];

export interface KafkaLogOptions extends LogOptions {
  /** Default: kafkajs. */
  readonly client?: KafkaClient;
}

/** The client by its name, as `KAFKA_CLIENT` gives it; the default when it is not set. Throws a sentence when there is none of that name. */
export function kafkaClientNamed(name: string | undefined): KafkaClient {
  if (name === undefined || name === '') return KAFKA_CLIENTS[0];
  const client = KAFKA_CLIENTS.find((known) => known === name);
  if (client) return client;
  throw new Error(
    `KAFKA_CLIENT is "${name}", and there is no such Kafka client here: set it to ${KAFKA_CLIENTS.join(' or ')}.`,
  );
}

/** Connects to nothing yet: each part does when it is first used, and waits for brokers that are away. */
export function kafkaLog({ client = KAFKA_CLIENTS[0], ...options }: KafkaLogOptions): Log {
  const driver = load(client, options);
  // Whoever uses the log is told.
  driver.catch(() => undefined);
  return {
    append: async (records) => (await driver).append(records),
    join: async (group) => (await driver).join(group),
    follow: async (wanted) => (await driver).follow(wanted),
    close: async (deadlineMs) => (await driver).close(deadlineMs),
    admin: {
      topics: async () => (await driver).admin.topics(),
      createTopics: async (specs) => (await driver).admin.createTopics(specs),
      deleteTopics: async (topics) => (await driver).admin.deleteTopics(topics),
      offsets: async (topic) => (await driver).admin.offsets(topic),
      offsetsAt: async (topic, time) => (await driver).admin.offsetsAt(topic, time),
      committed: async (group, topics) => (await driver).admin.committed(group, topics),
      groups: async () => (await driver).admin.groups(),
      deleteGroup: async (group) => (await driver).admin.deleteGroup(group),
      condition: async (topics) => (await driver).admin.condition(topics),
    },
  };
}

/** Only the chosen one, because each costs memory and a start that is noticed. */
async function load(client: KafkaClient, options: LogOptions): Promise<Log> {
  switch (client) {
    case 'kafkajs':
      return (await import('./kafkajs/kafkajs-log.ts')).kafkajsLog(options);
    case 'platformatic':
      return (await import('./platformatic/platformatic-log.ts')).platformaticLog(options);
  }
}
