/** Avro values in Confluent's wire format: a zero byte, the writer's schema id in four bytes (big-endian), the value. */
import avsc from 'avsc';
import type { Type } from 'avsc';
import { byteCheck } from './byte-check.ts';
import { misfitOf } from './misfit.ts';
import type { ReferenceClock } from './validity.ts';

export const HEADER_BYTES = 5;

/** @throws MalformedError or TypeError, a sentence naming the field, when the value breaks the schema or a rule */
export type WriteRecord = (schemaId: number, value: object, clock: ReferenceClock) => Buffer;

/** @throws MalformedError naming the field, when the bytes are not one valid value of the writer's schema */
export type ReadRecord = (bytes: Buffer, clock: ReferenceClock) => unknown;

/** The schema id of a value in wire format; undefined if it is none. */
export function schemaIdOf(value: Uint8Array): number | undefined {
  if (value.length < HEADER_BYTES || value[0] !== 0) return undefined;
  return value[1]! * 2 ** 24 + ((value[2]! << 16) | (value[3]! << 8) | value[4]!);
}

/** Encodes into a buffer that is used again and again; what is handed out is an exact copy. */
let scratch = Buffer.allocUnsafe(16 * 1024);

export function recordWriter(schema: object): WriteRecord {
  const type = typeOf(schema);
  const check = byteCheck(type);
  const strictly = { noUndeclaredFields: true };
  return (schemaId, value, clock) => {
    if (!type.isValid(value, strictly)) throw new TypeError(misfitOf(type, value, shortName(type)));
    let end = type.encode(value, scratch, HEADER_BYTES);
    if (end < 0) {
      scratch = Buffer.allocUnsafe(2 * (scratch.length - end));
      end = type.encode(value, scratch, HEADER_BYTES);
    }
    scratch[0] = 0;
    scratch.writeUInt32BE(schemaId, 1);
    const bytes = Buffer.from(scratch.subarray(0, end));
    check(bytes, HEADER_BYTES, clock);
    return bytes;
  };
}

/**
 * A reader of values written with one schema into the shape of another. Fields the reader does not know are passed over, those the
 * writer did not know get their defaults.
 *
 * @throws Error when the schemas can't be resolved
 */
export function recordReader(reader: object, writer: object): ReadRecord {
  const type = typeOf(reader);
  const writerType = avsc.Type.forSchema(writer as never, { ...OPTIONS });
  const resolver = type.equals(writerType) ? undefined : type.createResolver(writerType);
  const check = byteCheck(writerType);
  return (bytes, clock) => {
    check(bytes, HEADER_BYTES, clock);
    return type.decode(bytes, HEADER_BYTES, resolver).value;
  };
}

/** Decoded records are plain objects; a timestamp stays a number. */
const OPTIONS = { omitRecordMethods: true } as const;

const types = new WeakMap<object, Type>();

function typeOf(schema: object): Type {
  const type = types.get(schema) ?? avsc.Type.forSchema(schema as never, { ...OPTIONS });
  types.set(schema, type);
  return type;
}

const shortName = (type: Type): string => (type.name ?? '').replace(/^.*\./, '');
