/** Produce requests: acks from all replicas, no retries of kafkajs' own, a connection that is cut when it gives no answer. */
import type { ConnectionOptions } from '../kafka/log-options.ts';
import kafkajs from 'kafkajs';
import type { TopicMessages } from 'kafkajs';
import type { Compression, RequestPart, RequestSender } from '../kafka/request-sender.ts';
import { rootOf } from './faults.ts';
import { lazyClient } from './lazy-client.ts';
import { keepProduceAnswers, outcomeOf } from './produce-outcome.ts';
import { installZstd } from './zstd.ts';

const METADATA_MAX_AGE_MS = 30_000;

/**
 * Retries are the caller's, because kafkajs repeats by broker: when a partition moves to a broker that has already answered, it
 * reports success for records it never sent.
 */
export function requestSender(connection: ConnectionOptions, compression: Compression): RequestSender {
  keepProduceAnswers();
  installZstd();
  const { requestTimeoutMs } = connection;
  const client = lazyClient(connection, (kafka) =>
    kafka.producer({
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      idempotent: false,
      retry: { retries: 0 },
    }),
  );

  return {
    async send(_leader, parts) {
      const mine = client.get();
      try {
        const { api } = await mine;
        await api.sendBatch({
          acks: -1,
          // The broker gives up waiting for replicas before we give up waiting for the broker.
          timeout: Math.floor(requestTimeoutMs * 0.75),
          compression: CODECS[compression],
          topicMessages: toTopicMessages(parts),
        });
        return () => ({ kind: 'stored' });
      } catch (error) {
        const { name, type, broker } = rootOf(error);
        if (name === 'KafkaJSRequestTimeoutError' && broker) (await mine).sockets.cut(broker);
        // kafkajs never forgets a topic it was asked about, and then fails for all of them when that one is deleted.
        if (type === 'UNKNOWN_TOPIC_OR_PARTITION') client.replace(mine);
        return ({ topic, partition }) => outcomeOf(error, topic, partition);
      }
    },
    close: (deadlineMs) => client.close(deadlineMs),
  };
}

const { CompressionTypes } = kafkajs;
const CODECS = { none: CompressionTypes.None, gzip: CompressionTypes.GZIP, zstd: CompressionTypes.ZSTD } as const;

const toTopicMessages = (parts: readonly RequestPart[]): TopicMessages[] =>
  [...Map.groupBy(parts, ({ topic }) => topic)].map(([topic, of]) => ({
    topic,
    messages: of.flatMap(({ records }) => records),
  }));
