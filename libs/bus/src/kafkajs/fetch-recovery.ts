/**
 * What to do after a failed fetch. kafkajs leaves the group when a leader has moved, stops reading from all brokers when one
 * can't be reached, and resets an offset that retention has overtaken without a word; none of that is needed.
 */
import type { TopicPartition } from '../log.ts';
import type { ClientLogger } from '../kafka/calm-log.ts';
import { startPositions, warnOfGap } from '../kafka/start-offsets.ts';
import { rootOf } from './faults.ts';
import { offsetLookUp, seek } from './group-coordinator.ts';
import type { ConsumerGroup } from './internals.ts';

const RETRY_MS = 250;

const MOVED_LEADER = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_FOR_PARTITION',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);
const UNREACHABLE_BROKER = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSLockTimeout',
]);

export interface Recovery {
  readonly logger: ClientLogger;
  nap(ms: number): Promise<void>;
  cut(broker: string): void;
}

/**
 * Brokers that are away hold up only their own partitions here: whether the membership can go on is for the heartbeat to
 * say. `step` is what kafkajs would do.
 */
export async function recoverFetch(
  group: ConsumerGroup,
  fault: Error,
  step: () => Promise<void>,
  { logger, nap, cut }: Recovery,
): Promise<void> {
  const root = rootOf(fault);
  try {
    if (root.name === 'KafkaJSOffsetOutOfRange') {
      await reposition(group, fault as Error & TopicPartition, logger);
      return;
    }
    if (root.name === 'KafkaJSRequestTimeoutError' && root.broker) cut(root.broker);
    if (MOVED_LEADER.has(root.type ?? '') || UNREACHABLE_BROKER.has(root.name)) {
      logger('debug', `A fetch failed: ${root.message}. It is repeated.`, { group: group.groupId });
      await group.cluster.refreshMetadata();
      await nap(RETRY_MS);
      return;
    }
  } catch (error) {
    logger('warn', `Reading is held up: ${rootOf(error).message}. It is tried again.`, { group: group.groupId });
    await nap(RETRY_MS);
    return;
  }
  await step();
}

async function reposition(group: ConsumerGroup, at: TopicPartition, logger: ClientLogger): Promise<void> {
  const { topic, partition } = at;
  const offset = group.offsetManager.nextOffset(topic, partition).toNumber();
  const positions = await startPositions(offsetLookUp(group), [{ topic, partition, at: 'offset', offset }]);
  for (const position of positions) {
    seek(group, position);
    warnOfGap(position, logger);
  }
}
