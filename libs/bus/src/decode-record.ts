/** From a record of the log to a message, or to the reason why it is none. */
import type { TopicName } from '@muster/schemas';
import type { Decoded, Message } from './bus.ts';
import { MalformedError } from './byte-scan.ts';
import type { Formats, TopicFormat } from './formats.ts';
import { headerText } from './headers.ts';
import type { LogRecord } from './log.ts';
import { HEADER_BYTES, schemaIdOf } from './record-codec.ts';
import type { ReadRecord } from './record-codec.ts';
import { keyFault, MAX_KEY_BYTES } from './validity.ts';

/** The clock of the record that is being decoded; decoding is synchronous, so one will do. */
const logClock = { time: 0, name: "the log's clock" };

/** Synchronous when the writer's schema is known. Rejects when it can't be fetched; never throws. */
export function decodeRecord(record: LogRecord, formats: Formats): Decoded | Promise<Decoded> {
  const { topic, key, value } = record;
  let known: TopicFormat;
  try {
    known = formats.of(topic);
  } catch (error) {
    return { kind: 'invalid', reason: (error as Error).message, record };
  }
  const fault = keyFault(key);
  if (fault !== undefined) return invalid(record, fault);
  if (value === null) return { kind: 'tombstone', topic: known.topic, key: asBuffer(key!).toString(), record };
  const schemaId = schemaIdOf(value);
  if (schemaId === undefined) return invalid(record, wireFault(value));
  const reader = known.format.readers.get(schemaId);
  if (reader !== undefined) return read(record, known.topic, reader);
  return formats.loadReader(known.format, schemaId).then((loaded) => read(record, known.topic, loaded));
}

function read(record: LogRecord, topic: TopicName, reader: ReadRecord): Decoded {
  const { partition, offset, timestamp, headers } = record;
  try {
    logClock.time = timestamp;
    const value = reader(asBuffer(record.value!), logClock) as Message['value'];
    const id = headerText(headers, 'ce_id') ?? value.envelope.id;
    if (id.length > MAX_KEY_BYTES)
      return invalid(record, `the header ce_id has ${id.length} characters (limit ${MAX_KEY_BYTES})`);
    const key = asBuffer(record.key!).toString();
    return { kind: 'message', message: { topic, partition, offset, timestamp, key, id, value, headers } as Message };
  } catch (error) {
    const { message } = error as Error;
    return invalid(record, error instanceof MalformedError ? message : `the value can't be decoded: ${message}`);
  }
}

function wireFault(value: Uint8Array): string {
  if (value.length === 0) return 'the value is empty; a tombstone is null, anything else begins with a schema id';
  const wanted = 'it must be Avro in Confluent wire format';
  if (value[0] !== 0) {
    const looks = value[0] === 0x7b ? ' (as JSON does)' : '';
    return `the value begins with byte 0x${value[0]!.toString(16).padStart(2, '0')}${looks} instead of 0x00; ${wanted}`;
  }
  return `the value has ${value.length} bytes, too few for the ${HEADER_BYTES} that come before the data; ${wanted}`;
}

const invalid = (record: LogRecord, fault: string): Decoded => ({
  kind: 'invalid',
  reason: `${record.topic}: ${fault}`,
  record,
});

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
