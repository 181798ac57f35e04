/** Records on their way in and out: the log's form and kafkajs' form, without copying bytes. */
import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { LogRecord, NewRecord, RecordBatch, RecordHeaders } from '../log.ts';
import type { FetchedBatch } from './internals.ts';

export const toRecordBatch = (batch: FetchedBatch): RecordBatch => ({
  topic: batch.topic,
  partition: batch.partition,
  records: batch.messages.map((message) => toLogRecord(batch.topic, batch.partition, message)),
  endOffset: Number(batch.highWatermark),
  nextOffset: nextOffsetOf(batch),
});

/**
 * Where reading goes on after a fetched batch. Compaction leaves a hole behind the last record of a batch of the log; kafkajs
 * walks through it offset by offset, a fetch each.
 */
export function nextOffsetOf(batch: FetchedBatch): number {
  const last = batch.rawMessages.at(-1)?.batchContext;
  const next = Number(batch.lastOffset()) + 1;
  return last ? Math.max(next, Number(last.firstOffset) + last.lastOffsetDelta + 1) : next;
}

function toLogRecord(topic: string, partition: number, message: KafkaMessage): LogRecord {
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: toRecordHeaders(message.headers),
  };
}

/** Headers are passed through as they came, unless a name was sent more than once: then its last value counts. */
function toRecordHeaders(headers: IHeaders = {}): RecordHeaders {
  for (const name in headers) if (Array.isArray(headers[name])) return withLastValues(headers);
  return headers as RecordHeaders;
}

const withLastValues = (headers: IHeaders): RecordHeaders =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, (Array.isArray(value) ? value.at(-1) : value) as Buffer]),
  );

/** A message that kafkajs encodes: it turns anything but a Buffer into text, and fails on an absent header value. */
export function toMessage({ key, value, headers }: NewRecord): Message {
  const message: Message = {
    key: key === null ? null : toBuffer(key),
    value: value === null ? null : toBuffer(value),
  };
  if (headers) message.headers = toMessageHeaders(headers);
  return message;
}

function toMessageHeaders(headers: RecordHeaders): IHeaders {
  const known: IHeaders = {};
  for (const name in headers) {
    const value = headers[name];
    if (value) known[name] = toBuffer(value);
  }
  return known;
}

function toBuffer(bytes: Uint8Array | string): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes);
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Lengths, times and counts around a record and its headers at their largest; see the record format of Kafka, v2. */
const RECORD_FRAMING = 36;
const HEADER_FRAMING = 10;
/** Around the records of one partition in a request. */
export const BATCH_FRAMING = 61;

/** Upper bound of a message's size in a record batch, in bytes. */
export function sizeOf({ key, value, headers }: Message): number {
  let bytes = RECORD_FRAMING + ((key as Buffer | null)?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) {
    bytes += HEADER_FRAMING + Buffer.byteLength(name) + ((headers[name] as Buffer | undefined)?.length ?? 0);
  }
  return bytes;
}
