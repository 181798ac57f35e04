/**
 * The bare counterpart of an agent for the restart benchmark: kafkajs alone, with the group settings the agents use. Each message is relayed with the
 * time the log took it in; offsets are committed every second and at the end, as agents do.
 */
import { writeFileSync } from 'node:fs';
import { Kafka, logLevel, Partitioners } from 'kafkajs';

const [brokers = '', from = '', to = '', group = '', readyFile = ''] = process.argv.slice(2);
const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'bare-relay', logLevel: logLevel.NOTHING });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, allowAutoTopicCreation: false });
const consumer = kafka.consumer({
  groupId: group,
  sessionTimeout: 6_000,
  rebalanceTimeout: 15_000,
  heartbeatInterval: 1_000,
  maxWaitTimeInMs: 500,
  maxBytesPerPartition: 262_144,
  allowAutoTopicCreation: false,
});
const done = new Map<number, string>();

async function commit(): Promise<void> {
  const offsets = [...done].map(([partition, offset]) => ({ topic: from, partition, offset }));
  done.clear();
  // A rebalance may be under way; then the next owner begins with what was committed before.
  if (offsets.length > 0) await consumer.commitOffsets(offsets).catch(() => undefined);
}

process.on('disconnect', () => process.exit(1));
await Promise.all([producer.connect(), consumer.connect()]);
await consumer.subscribe({ topics: [from] });
consumer.on(consumer.events.GROUP_JOIN, () => writeFileSync(readyFile, ''));
consumer.on(consumer.events.REBALANCING, () => done.clear());
await consumer.run({
  autoCommit: false,
  partitionsConsumedConcurrently: 12,
  eachMessage: async ({ partition, message }) => {
    const id = message.headers?.['ce_id'];
    await producer.send({
      topic: to,
      acks: -1,
      messages: [{ key: message.key, value: null, headers: { id, takenAt: message.timestamp } }],
    });
    done.set(partition, String(Number(message.offset) + 1));
  },
});
const committing = setInterval(() => void commit(), 1_000);
process.once('SIGTERM', () => {
  void (async () => {
    clearInterval(committing);
    await consumer.stop();
    await commit();
    await Promise.all([consumer.disconnect(), producer.disconnect()]);
    process.exit(0);
  })();
});
