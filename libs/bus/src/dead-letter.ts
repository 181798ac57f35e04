/**
 * Dead letters: a record set aside with the reason. Key, value and headers stay as they are; where it came from and why it is here
 * stands in the headers that Spring Kafka's DeadLetterPublishingRecoverer writes, so that its tools can read ours.
 */
import type { LogRecord, NewRecord, RecordHeaders, TopicPartitionOffset } from './log.ts';

export interface DeadLetter extends TopicPartitionOffset {
  /** The consumer group that could not handle it. */
  readonly group: string;
  /** When the log took in the original, epoch ms. */
  readonly timestamp: number;
  /** When it was set aside, epoch ms. */
  readonly at: number;
  readonly fault: { readonly name: string; readonly message: string; readonly stack?: string };
  /** As it was: what a redrive appends. */
  readonly original: Pick<LogRecord, 'topic' | 'key' | 'value' | 'headers'>;
}

const ORIGINAL = 'kafka_dlt-original-';
const EXCEPTION = 'kafka_dlt-exception-';
const AT = 'muster_dlt-at';

/** A record close to the size limit must still fit with its reason. */
const MAX_REASON_LENGTH = 2_000;
const MAX_STACK_LENGTH = 4_000;

/** The topic for the dead letters of one topic and one consumer group. */
export const deadLetterTopic = (topic: string, group: string): string => `${topic}.${group}.dlt`;

export function deadLetterOf(
  record: LogRecord,
  { group, fault, at }: { readonly group: string; readonly fault: Error; readonly at: number },
): NewRecord {
  const { topic, partition, offset, timestamp, key, value, headers } = record;
  return {
    topic: deadLetterTopic(topic, group),
    key,
    value,
    headers: {
      ...headers,
      [`${ORIGINAL}topic`]: Buffer.from(topic),
      [`${ORIGINAL}partition`]: int32(partition),
      [`${ORIGINAL}offset`]: int64(offset),
      [`${ORIGINAL}timestamp`]: int64(timestamp),
      [`${ORIGINAL}timestamp-type`]: Buffer.from('LogAppendTime'),
      [`${ORIGINAL}consumer-group`]: Buffer.from(group),
      [`${EXCEPTION}fqcn`]: Buffer.from(fault.name),
      [`${EXCEPTION}message`]: Buffer.from(fault.message.slice(0, MAX_REASON_LENGTH)),
      [`${EXCEPTION}stacktrace`]: Buffer.from((fault.stack ?? '').slice(0, MAX_STACK_LENGTH)),
      [AT]: int64(at),
    },
  };
}

/** What {@link deadLetterOf} wrote, or Spring did. Undefined when the record does not say where it comes from. */
export function readDeadLetter(record: LogRecord): DeadLetter | undefined {
  const { headers, key, value } = record;
  const text = (name: string) => {
    const bytes = headers[name];
    return bytes === undefined ? undefined : Buffer.from(bytes).toString();
  };
  const topic = text(`${ORIGINAL}topic`);
  const partition = numberIn(headers[`${ORIGINAL}partition`]);
  const offset = numberIn(headers[`${ORIGINAL}offset`]);
  if (topic === undefined || partition === undefined || offset === undefined) return undefined;
  const stack = text(`${EXCEPTION}stacktrace`);
  return {
    topic,
    partition,
    offset,
    group: text(`${ORIGINAL}consumer-group`) ?? '',
    timestamp: numberIn(headers[`${ORIGINAL}timestamp`]) ?? record.timestamp,
    at: numberIn(headers[AT]) ?? record.timestamp,
    fault: {
      name: text(`${EXCEPTION}fqcn`) ?? 'Error',
      message: text(`${EXCEPTION}message`) ?? '',
      ...(stack !== undefined && stack !== '' && { stack }),
    },
    original: { topic, key, value, headers: withoutProvenance(headers) },
  };
}

const withoutProvenance = (headers: RecordHeaders): RecordHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name !== AT && !name.startsWith('kafka_dlt-')));

function int32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

function numberIn(bytes: Uint8Array | undefined): number | undefined {
  if (bytes?.length === 4) return Buffer.from(bytes).readInt32BE();
  return bytes?.length === 8 ? Number(Buffer.from(bytes).readBigInt64BE()) : undefined;
}
