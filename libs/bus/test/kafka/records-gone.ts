/** Deletes records as retention would. */
import kafkajs from 'kafkajs';
import type { TopicPartitionOffset } from '../../src/log.ts';

/** Everything of a partition below `offset`. */
export async function deleteRecordsBelow(brokers: readonly string[], at: TopicPartitionOffset): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.fetchTopicOffsets(at.topic);
    await admin.deleteTopicRecords({
      topic: at.topic,
      partitions: [{ partition: at.partition, offset: String(at.offset) }],
    });
  } finally {
    await admin.disconnect();
  }
}
