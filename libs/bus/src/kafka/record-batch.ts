/**
 * Record batches as they stand in the log and in requests: a header of fixed size, then records. Format: Kafka's protocol
 * documentation, "Record Batch", version 2, the only one since Kafka 0.11.
 */
import type { LogRecord, RecordHeaders, TopicPartition } from '../log.ts';
import { crc32c } from './crc32c.ts';
import type { OutgoingRecord } from './outgoing-record.ts';
import { decodeRecord, encodeRecord, recordLength } from './record-format.ts';
import type { DecodedRecord } from './record-format.ts';

/** Bytes of a batch before its records, and where things stand in them. */
const HEADER_BYTES = 61;
const AT = {
  length: 8,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  firstTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  firstSequence: 53,
  count: 57,
} as const;
/** Of the offset and the length itself, which the length does not count. */
const UNCOUNTED_BYTES = 12;
const MAGIC = 2;

const COMPRESSION = 0b111;
const LOG_APPEND_TIME = 0b1000;
const TRANSACTIONAL = 0b1_0000;
const CONTROL = 0b10_0000;

/** Compresses or restores the records of a batch, by the number that Kafka has for the codec. */
export interface BatchCodec {
  readonly id: number;
  compress(bytes: Buffer): Buffer;
}
export type Decompress = (codecId: number, bytes: Buffer) => Buffer;

/** A batch of new records; the broker gives them their offsets and, on topics of LogAppendTime, their times. */
export function encodeBatch(records: readonly OutgoingRecord[], now: number, codec?: BatchCodec): Buffer {
  const plain = Buffer.concat(
    records.map(({ key, value, headers }, offsetDelta) => encodeRecord({ offsetDelta, key, value, headers })),
  );
  const body = codec ? codec.compress(plain) : plain;
  const batch = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  batch.fill(0, 0, HEADER_BYTES);
  batch.writeInt32BE(batch.length - UNCOUNTED_BYTES, AT.length);
  batch[AT.magic] = MAGIC;
  batch.writeInt16BE(codec?.id ?? 0, AT.attributes);
  batch.writeInt32BE(records.length - 1, AT.lastOffsetDelta);
  batch.writeBigInt64BE(BigInt(now), AT.firstTimestamp);
  batch.writeBigInt64BE(BigInt(now), AT.maxTimestamp);
  // No idempotent producer.
  batch.writeBigInt64BE(-1n, AT.producerId);
  batch.writeInt16BE(-1, AT.producerEpoch);
  batch.writeInt32BE(-1, AT.firstSequence);
  batch.writeInt32BE(records.length, AT.count);
  batch.set(body, HEADER_BYTES);
  batch.writeUInt32BE(crc32c(batch.subarray(AT.attributes)), AT.crc);
  return batch;
}

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

export interface DecodedBatches {
  readonly records: LogRecord[];
  /** Behind the last whole batch, and behind the hole that compaction may have left there; undefined when there is none. */
  readonly nextOffset: number | undefined;
}

/**
 * The records at or after `from` of the whole batches in `bytes`; keys and values are views of it. What transactions
 * aborted is left out, and so are their markers.
 *
 * @throws when a batch is of a format before version 2, or can't be decompressed
 */
export function decodeBatches(
  { topic, partition }: TopicPartition,
  bytes: Buffer,
  from: number,
  aborted: readonly AbortedTransaction[],
  decompress: Decompress,
): DecodedBatches {
  const records: LogRecord[] = [];
  const isAborted = abortedAt(aborted);
  let nextOffset: number | undefined;
  for (let at = 0; at + HEADER_BYTES <= bytes.length;) {
    const end = at + UNCOUNTED_BYTES + bytes.readInt32BE(at + AT.length);
    if (end > bytes.length) break;
    const batch = bytes.subarray(at, end);
    at = end;
    if (batch[AT.magic] !== MAGIC) {
      throw new Error(
        `${topic}/${partition} holds records of an old format (${batch[AT.magic]}), which can't be read.`,
      );
    }
    const firstOffset = Number(batch.readBigInt64BE(0));
    nextOffset = firstOffset + batch.readInt32BE(AT.lastOffsetDelta) + 1;
    const attributes = batch.readInt16BE(AT.attributes);
    const codecId = attributes & COMPRESSION;
    const body = codecId === 0 ? batch.subarray(HEADER_BYTES) : decompress(codecId, batch.subarray(HEADER_BYTES));
    if (isAborted(batch, attributes, body, nextOffset) || (attributes & CONTROL) !== 0) continue;

    const firstTimestamp = Number(batch.readBigInt64BE(AT.firstTimestamp));
    const appendedAt = attributes & LOG_APPEND_TIME ? Number(batch.readBigInt64BE(AT.maxTimestamp)) : undefined;
    let position = 0;
    for (let left = batch.readInt32BE(AT.count); left > 0; left--) {
      const { length, start } = recordLength(body, position);
      position = start + length;
      const record = decodeRecord(body.subarray(start, position));
      const offset = firstOffset + record.offsetDelta;
      if (offset < from) continue;
      const timestamp = appendedAt ?? firstTimestamp + record.timestampDelta;
      const headers = lastValues(record.headers);
      records.push({ topic, partition, offset, timestamp, key: record.key, value: record.value, headers });
    }
  }
  return { records, nextOffset };
}

const ABORT_MARKER = 0;

/** Whether a batch belongs to an aborted transaction. To be asked for every batch, in order. */
function abortedAt(aborted: readonly AbortedTransaction[]) {
  if (aborted.length === 0) return () => false;
  const waiting = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  const open = new Set<bigint>();
  return (batch: Buffer, attributes: number, body: Buffer, nextOffset: number): boolean => {
    while (waiting.length > 0 && waiting[0]!.firstOffset < nextOffset) open.add(waiting.shift()!.producerId);
    const producerId = batch.readBigInt64BE(AT.producerId);
    if ((attributes & CONTROL) !== 0) {
      const { key } = decodeRecord(body.subarray(recordLength(body, 0).start));
      // A marker's key: its version and its kind, 16 bits each.
      if (key?.readInt16BE(2) === ABORT_MARKER) open.delete(producerId);
      return false;
    }
    return (attributes & TRANSACTIONAL) !== 0 && open.has(producerId);
  };
}

/** Of a header that was sent more than once the last value counts; one without a value is absent. */
function lastValues(headers: DecodedRecord['headers']): RecordHeaders {
  for (const name in headers) {
    const value = headers[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last === null || last === undefined) delete headers[name];
    else if (last !== value) headers[name] = last;
  }
  return headers as RecordHeaders;
}
