/**
 * One record inside a record batch, as bytes: length, attributes, time and offset relative to the batch, key, value, headers,
 * all in variable-length integers. Format: Kafka's protocol documentation, "Record Batch", version 2.
 */

export interface RecordBody {
  readonly offsetDelta: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>>;
}

export interface DecodedRecord {
  /** Milliseconds after the batch's first time. */
  readonly timestampDelta: number;
  readonly offsetDelta: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** An array where a name was sent more than once. */
  readonly headers: Record<string, Buffer | null | (Buffer | null)[]>;
}

const MAX_NAMES = 256;
/** The names of headers are few, and the same in every record. */
const encodedNames = new Map<string, Buffer>();

/** A record whose time is the batch's first. */
export function encodeRecord({ offsetDelta, key, value, headers }: RecordBody): Buffer {
  let count = 0;
  let size = 2 + sizeOfInt(offsetDelta) + sizeOfBytes(key) + sizeOfBytes(value);
  for (const name in headers) {
    size += sizeOfBytes(encodedName(name)) + sizeOfBytes(headers[name]!);
    count++;
  }
  size += sizeOfInt(count);

  const bytes = Buffer.allocUnsafe(sizeOfInt(size) + size);
  let at = writeInt(bytes, 0, size);
  bytes[at++] = 0; // attributes: none are defined
  bytes[at++] = 0; // time
  at = writeInt(bytes, at, offsetDelta);
  at = writeBytes(bytes, at, key);
  at = writeBytes(bytes, at, value);
  at = writeInt(bytes, at, count);
  for (const name in headers) {
    at = writeBytes(bytes, at, encodedName(name));
    at = writeBytes(bytes, at, headers[name]!);
  }
  return bytes;
}

/** The length that stands before a record, and where the record begins. */
export function recordLength(bytes: Buffer, at: number): { readonly length: number; readonly start: number } {
  let unsigned = 0;
  let start = at;
  for (let weight = 1; ; weight *= 128) {
    const byte = bytes[start++]!;
    unsigned += (byte & 0x7f) * weight;
    if (byte < 0x80) return { length: unsigned / 2, start };
  }
}

/** Reads a record without its length; keys and values are views of `bytes`. */
export function decodeRecord(bytes: Buffer): DecodedRecord {
  let at = 1; // behind the attributes
  const readNumber = (): number => {
    let unsigned = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = bytes[at++]!;
      unsigned += (byte & 0x7f) * weight;
      if (byte < 0x80) return unsigned % 2 === 0 ? unsigned / 2 : -(unsigned + 1) / 2;
    }
  };
  const readBytes = (): Buffer | null => {
    const length = readNumber();
    return length < 0 ? null : bytes.subarray(at, (at += length));
  };

  const timestampDelta = readNumber();
  const offsetDelta = readNumber();
  const key = readBytes();
  const value = readBytes();
  const headers: DecodedRecord['headers'] = {};
  for (let left = readNumber(); left > 0; left--) {
    const length = readNumber();
    const name = bytes.toString('utf8', at, (at += length));
    const header = readBytes();
    const before = headers[name];
    headers[name] = before === undefined ? header : [before, header].flat();
  }
  return { timestampDelta, offsetDelta, key, value, headers };
}

function encodedName(name: string): Buffer {
  let encoded = encodedNames.get(name);
  if (!encoded) {
    encoded = Buffer.from(name);
    if (encodedNames.size >= MAX_NAMES) encodedNames.clear();
    encodedNames.set(name, encoded);
  }
  return encoded;
}

const zigZag = (value: number): number => (value << 1) ^ (value >> 31);

function sizeOfInt(value: number): number {
  let size = 1;
  for (let rest = zigZag(value) >>> 7; rest !== 0; rest >>>= 7) size++;
  return size;
}

const sizeOfBytes = (value: Buffer | null): number => (value === null ? 1 : sizeOfInt(value.length) + value.length);

function writeInt(into: Buffer, at: number, value: number): number {
  let rest = zigZag(value);
  let next = at;
  for (; (rest & ~0x7f) !== 0; rest >>>= 7) into[next++] = (rest & 0x7f) | 0x80;
  into[next++] = rest;
  return next;
}

function writeBytes(into: Buffer, at: number, value: Buffer | null): number {
  if (value === null) return writeInt(into, at, -1);
  const start = writeInt(into, at, value.length);
  into.set(value, start);
  return start + value.length;
}
