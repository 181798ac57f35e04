/**
 * kafkajs spends most of its time per record on allocations: a zeroed buffer of 512 bytes for every header sent, a copy
 * of all headers for every header read, a checksum by single bytes. Its three functions are replaced by ours, which give the
 * same bytes and values.
 */
import { crc32c } from '../kafka/crc32c.ts';
import { isKnownVersion, replaceInternal } from './internals.ts';
import { decodeRecord, encodeRecord } from '../kafka/record-format.ts';
import type { RecordBody } from '../kafka/record-format.ts';

interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp: string;
  readonly timestampType: number;
  readonly magicByte: number;
  readonly isControlBatch: boolean;
}

type Unencoded = Omit<RecordBody, 'headers'> & Partial<RecordBody> & { readonly timestampDelta: number };
type Encode = (record: Unencoded) => object;
type Decode = (decoder: { readonly buffer: Buffer }, batchContext: BatchContext) => object;

const LOG_APPEND_TIME = 1;
let isInstalled = false;

/** For what kafkajs loads when it first sends or fetches, so before that; the known version only. */
export function installQuickRecords(): void {
  if (isInstalled || !isKnownVersion()) return;
  isInstalled = true;
  replaceInternal('protocol/recordBatch/crc32C/index.js', () => crc32c);
  replaceInternal('protocol/recordBatch/record/v0/index.js', (theirs) => quickEncode(theirs as Encode));
  replaceInternal('protocol/recordBatch/record/v0/decoder.js', () => quickDecode);
}

/** Takes what `toMessage` makes; leaves the rest to kafkajs. */
export const quickEncode =
  (theirs: Encode): Encode =>
  (record) => {
    const { offsetDelta, key, value, headers = {} } = record;
    if (record.timestampDelta !== 0 || !isBytes(key) || !isBytes(value)) return theirs(record);
    for (const name in headers) if (!Buffer.isBuffer(headers[name])) return theirs(record);
    const buffer = encodeRecord({ offsetDelta, key, value, headers });
    return { buf: buffer, buffer, size: () => buffer.length };
  };

export const quickDecode: Decode = ({ buffer }, batchContext) => {
  const { timestampDelta, offsetDelta, ...record } = decodeRecord(buffer);
  const { firstOffset, firstTimestamp, maxTimestamp, timestampType, magicByte, isControlBatch } = batchContext;
  return {
    ...record,
    magicByte,
    attributes: 0,
    timestamp: timestampType === LOG_APPEND_TIME ? maxTimestamp : String(Number(firstTimestamp) + timestampDelta),
    offset: String(Number(firstOffset) + offsetDelta),
    isControlRecord: isControlBatch,
    batchContext,
  };
};

const isBytes = (value: Buffer | null | undefined): value is Buffer | null => value === null || Buffer.isBuffer(value);
