/** The Kafka cluster of KAFKA_BROKERS for tests: logs that are closed, topics and groups that are deleted afterwards. */
import { randomUUID } from 'node:crypto';
import { kafkaLog } from '../../src/kafka-log.ts';
import type { KafkaClient, KafkaLogOptions } from '../../src/kafka-log.ts';
import type { Log } from '../../src/log.ts';

export interface RealCluster {
  connect(clientId: string, options?: Partial<KafkaLogOptions>): Log;
  unique(what: string): string;
  /** Creates a topic and returns its name. */
  topic(partitions: number, config?: Record<string, string>): Promise<string>;
  readonly admin: Log['admin'];
  readonly brokers: readonly string[];
  close(): Promise<void>;
}

const CLOSE_MS = 5_000;

/** @param client by which it is reached */
export function realCluster(client: KafkaClient = 'kafkajs'): RealCluster {
  const brokers = process.env['KAFKA_BROKERS']?.split(',');
  if (!brokers) throw new Error('KAFKA_BROKERS is not set; it names the brokers integration tests run against.');
  const topics = new Set<string>();
  const groups = new Set<string>();
  const logs = new Set<Log>();
  const unique = (what: string) => `${client}-test-${what}-${randomUUID().slice(0, 13)}`;
  const owner = kafkaLog({ client, brokers, clientId: unique('owner') });

  const connect: RealCluster['connect'] = (clientId, options) => {
    const log = kafkaLog({ client, brokers, clientId, ...options });
    logs.add(log);
    return {
      ...log,
      join(group) {
        groups.add(group.group);
        return log.join(group);
      },
      admin: {
        ...log.admin,
        async createTopics(specs) {
          for (const { topic } of specs) topics.add(topic);
          return log.admin.createTopics(specs);
        },
      },
    };
  };

  return {
    brokers,
    admin: owner.admin,
    connect,
    unique,
    async topic(partitions, config = {}) {
      const topic = unique('topic');
      topics.add(topic);
      await owner.admin.createTopics([
        { topic, partitions, config: { 'message.timestamp.type': 'LogAppendTime', ...config }, replicationFactor: 1 },
      ]);
      return topic;
    },
    async close() {
      await Promise.all([...logs].map((log) => log.close(CLOSE_MS)));
      await owner.admin.deleteTopics([...topics]);
      await Promise.all([...groups].map((group) => owner.admin.deleteGroup(group)));
      await owner.close(CLOSE_MS);
    },
  };
}
