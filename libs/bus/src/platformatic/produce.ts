/** Produce requests: acks from all replicas, batches encoded by us, one connection a broker. */
import { createAPI, produceV9, Writer } from '@platformatic/kafka';
import { encodeBatch } from '../kafka/record-batch.ts';
import type { BatchCodec } from '../kafka/record-batch.ts';
import { outcomeOfCode, outcomeOfFault } from '../kafka/request-sender.ts';
import type { Compression, Outcome, RequestPart, RequestSender } from '../kafka/request-sender.ts';
import { nameOf } from '../kafka/start-offsets.ts';
import type { Cluster } from './cluster.ts';
import { codecOf } from './compression.ts';
import { reasonOf } from './faults.ts';
import type { Link } from './link.ts';

type Answer = produceV9.ProduceResponse;

const ACKS_FROM_ALL = -1;
const NO_TRANSACTION = null;

/**
 * The library encodes a record in some twenty small buffers; ours is one. Format: Kafka's protocol documentation, "Produce",
 * version 9.
 */
const produceApi = createAPI<[timeoutMs: number, parts: readonly RequestPart[], codec: BatchCodec | undefined], Answer>(
  produceV9.api.key,
  produceV9.api.version,
  (timeoutMs: number, parts: readonly RequestPart[], codec: BatchCodec | undefined) => {
    const now = Date.now();
    const topics = [...Map.groupBy(parts, ({ topic }) => topic)];
    return Writer.create()
      .appendString(NO_TRANSACTION)
      .appendInt16(ACKS_FROM_ALL)
      .appendInt32(timeoutMs)
      .appendArray(topics, (topicWriter, [topic, of]) => {
        topicWriter.appendString(topic).appendArray(of, (writer, { partition, records }) => {
          const batch = encodeBatch(records, now, codec);
          writer
            .appendInt32(partition)
            .appendUnsignedVarInt(batch.length + 1)
            .append(batch);
        });
      })
      .appendTaggedFields();
  },
  produceV9.parseResponse,
);

export function platformaticSender(
  cluster: Cluster,
  requestTimeoutMs: number,
  compression: Compression,
): RequestSender {
  const links = new Map<number, Link>();
  const codec = codecOf(compression);
  // The broker gives up waiting for replicas before we give up waiting for the broker.
  const replicasMs = Math.floor(requestTimeoutMs * 0.75);

  const linkOf = async (leader: number): Promise<Link> => {
    const there = links.get(leader) ?? cluster.link(await cluster.addressOf(leader));
    links.set(leader, there);
    return there;
  };
  const send = async (leader: number, parts: readonly RequestPart[]): Promise<ReadonlyMap<string, Outcome>> => {
    const link = await linkOf(leader);
    const answer = await link.call(produceApi, replicasMs, parts, codec).catch((error: unknown) => {
      // The answer tells what became of each partition; the library makes one error of all.
      const { response } = error as { response?: Answer };
      if (response) return response;
      // The broker may be elsewhere by now.
      links.delete(leader);
      link.close();
      throw error;
    });
    return new Map(
      answer.responses.flatMap(({ name, partitionResponses }) =>
        partitionResponses.map(({ index, errorCode, errorMessage }): [string, Outcome] => [
          nameOf({ topic: name, partition: index }),
          outcomeOfCode(errorCode, errorMessage ?? `Kafka error ${errorCode}`),
        ]),
      ),
    );
  };

  return {
    async send(leader, parts) {
      try {
        const outcomes = await send(leader, parts);
        return (partition) => outcomes.get(nameOf(partition)) ?? { kind: 'open', reason: 'the broker said nothing' };
      } catch (error) {
        const outcome = outcomeOfFault(error instanceof Error ? error : new Error(reasonOf(error)));
        return () => outcome;
      }
    },
    close() {
      for (const link of links.values()) link.close();
      return Promise.resolve();
    },
  };
}
