/** Records on their way in: from kafkajs' form to the log's, without copying bytes. */
import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { LogRecord, RecordBatch, RecordHeaders } from '../log.ts';
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
