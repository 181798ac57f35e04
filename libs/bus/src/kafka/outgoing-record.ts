/** Records on their way out, as Buffers, without copying bytes. */
import type { NewRecord, RecordHeaders } from '../log.ts';

export interface OutgoingRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** None without a value. */
  readonly headers: Readonly<Record<string, Buffer>>;
  /** Of its topic, once it is known; -1 before. */
  partition: number;
}

const NO_HEADERS = {};

export const toOutgoing = ({ key, value, headers }: NewRecord): OutgoingRecord => ({
  key: key === null ? null : toBuffer(key),
  value: value === null ? null : toBuffer(value),
  headers: headers ? presentHeaders(headers) : NO_HEADERS,
  partition: -1,
});

function presentHeaders(headers: RecordHeaders): Record<string, Buffer> {
  const present: Record<string, Buffer> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value) present[name] = toBuffer(value);
  }
  return present;
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

/** Upper bound of a record's size in a record batch, in bytes. */
export function sizeOf({ key, value, headers }: OutgoingRecord): number {
  let bytes = RECORD_FRAMING + (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) bytes += HEADER_FRAMING + Buffer.byteLength(name) + headers[name]!.length;
  return bytes;
}
