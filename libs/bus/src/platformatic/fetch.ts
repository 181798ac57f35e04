/** Fetch requests, whose answers are read by us: whole partitions at once, records without copies. */
import { createAPI, fetchV12, Reader } from '@platformatic/kafka';
import { decodeBatches } from '../kafka/record-batch.ts';
import type { AbortedTransaction, DecodedBatches } from '../kafka/record-batch.ts';
import type { TopicPartitionOffset } from '../log.ts';
import { decompress } from './compression.ts';
import { READ_COMMITTED } from './offset-look-up.ts';

export interface FetchRequest {
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  readonly maxBytesPerPartition: number;
  /** In the order in which they may fill the answer. */
  readonly positions: readonly TopicPartitionOffset[];
}

/** What a broker answered for one partition. */
export interface FetchedPartition {
  readonly topic: string;
  readonly partition: number;
  /** Kafka's; 0 is none. */
  readonly errorCode: number;
  /** Offset of the record that is appended next. */
  readonly endOffset: number;
  /** How far a reader may come at the moment: before the first open transaction. */
  readonly readableOffset: number;
  readonly aborted: readonly AbortedTransaction[];
  /** Record batches, the last of them maybe cut off. */
  readonly bytes: Buffer;
}

const NO_SESSION = { id: 0, epoch: -1 } as const;
const MIN_BYTES = 1;
const ANY_EPOCH = -1;

/** Each request names all its partitions: it is read by nobody else, so nothing has to be agreed on with the broker. */
export const fetchApi = createAPI<[request: FetchRequest], FetchedPartition[]>(
  fetchV12.api.key,
  fetchV12.api.version,
  ({ maxWaitMs, maxBytes, maxBytesPerPartition, positions }: FetchRequest) => {
    const topics = [...Map.groupBy(positions, ({ topic }) => topic)].map(([topicId, of]) => ({
      topicId,
      partitions: of.map(({ partition, offset }) => ({
        partition,
        currentLeaderEpoch: ANY_EPOCH,
        fetchOffset: BigInt(offset),
        lastFetchedEpoch: ANY_EPOCH,
        partitionMaxBytes: maxBytesPerPartition,
      })),
    }));
    const { id, epoch } = NO_SESSION;
    return fetchV12.createRequest(maxWaitMs, MIN_BYTES, maxBytes, READ_COMMITTED, id, epoch, topics, [], '');
  },
  (_correlationId, _key, _version, answer) => readAnswer(answer),
);

/** The records a broker sent for one partition, from the offset that was asked for. */
export const recordsOf = (fetched: FetchedPartition, from: number): DecodedBatches =>
  decodeBatches(fetched, fetched.bytes, from, fetched.aborted, decompress);

/** Format: Kafka's protocol documentation, "Fetch", version 12. */
function readAnswer(answer: Reader): FetchedPartition[] {
  // An answer comes in many pieces, through which every number would be looked for; put together, it is read in place.
  const bytes = answer.buffer.slice(answer.position, answer.length);
  const reader = Reader.from(bytes);
  reader.readInt32(); // throttle time: the broker delays its next answer by itself
  const errorCode = reader.readInt16();
  if (errorCode !== 0) throw new Error(`Kafka answered a fetch with error ${errorCode}.`);
  reader.readInt32(); // session
  const fetched: FetchedPartition[] = [];
  reader.readArray(() => {
    const topic = reader.readString();
    reader.readArray(() => {
      fetched.push(readPartition(reader, bytes, topic));
    });
  });
  return fetched;
}

function readPartition(reader: Reader, bytes: Buffer, topic: string): FetchedPartition {
  const partition = reader.readInt32();
  const errorCode = reader.readInt16();
  const endOffset = Number(reader.readInt64());
  const readableOffset = Number(reader.readInt64());
  reader.readInt64(); // beginning of the log
  const aborted = reader.readArray(() => ({ producerId: reader.readInt64(), firstOffset: Number(reader.readInt64()) }));
  reader.readInt32(); // a replica that could be read instead
  const length = Math.max(0, reader.readUnsignedVarInt() - 1);
  const start = reader.position;
  reader.skip(length);
  return {
    topic,
    partition,
    errorCode,
    endOffset,
    readableOffset,
    aborted,
    bytes: bytes.subarray(start, start + length),
  };
}
