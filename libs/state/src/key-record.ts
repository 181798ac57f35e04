/**
 * What is stored for one key: its state, and beside it what makes handling repeatable. One byte for the version of the format, then
 * MessagePack with msgpackr's record extension, which writes the field names of like objects once per record. A record holds all that is
 * needed to read it.
 */
import { messageOf } from '@muster/resilience';
import { Packr, RESERVE_START_SPACE } from 'msgpackr';
import type { SeenIds } from './seen-ids.ts';

export interface KeyRecord {
  /**
   * Survives as it is: numbers (NaN and infinities too; -0 becomes 0), strings, booleans, null, undefined, bigint, plain objects, arrays,
   * Map, Set, Date, Uint8Array and the other typed arrays. An object that serves as a dictionary is better a Map. An object of a class comes back
   * as a plain one, a function as undefined, a field called `__proto__` as `__proto_`.
   */
  readonly state: unknown;
  /** topic -> next offset to apply. By name, so that topics may come and go. */
  readonly applied: Readonly<Record<string, number>>;
  readonly seen: SeenIds;
  /** Epoch ms at which the key asked to be woken. */
  readonly wakeAt: number | null;
  /** For what later versions of the runtime want to keep. */
  readonly extra?: unknown;
}

const version = 1;

const packr = new Packr({ useRecords: true, mapsAsObjects: false, moreTypes: true, copyBuffers: true });

/** Reserves one byte in front, so that the version needs no second copy. */
const packing = RESERVE_START_SPACE + 1;
const unpacking = { start: 1 };

/** The bytes are new, but may share their memory with other records: keep a copy of what is to live long. */
export function encodeKeyRecord({ state, applied, seen, wakeAt, extra }: KeyRecord): Uint8Array {
  const fields = extra === undefined ? [wakeAt, applied, seen, state] : [wakeAt, applied, seen, state, extra];
  try {
    const bytes = packr.pack(fields, packing);
    bytes[0] = version;
    return bytes;
  } catch (error) {
    throw new Error(`A state cannot be stored: ${messageOf(error)}. Keep plain data in it.`, { cause: error });
  }
}

/** Nothing in the record refers to `bytes`. Throws when they are of another version or damaged. */
export function decodeKeyRecord(bytes: Uint8Array): KeyRecord {
  if (bytes[0] !== version)
    throw new Error(
      `A stored state has format ${bytes[0] ?? 'none'}; this build reads format ${version}. Rebuild the state from the log.`,
    );
  let fields: unknown;
  try {
    fields = packr.unpack(bytes, unpacking);
  } catch (error) {
    throw damaged(messageOf(error));
  }
  if (!Array.isArray(fields) || fields.length < 4 || fields.length > 5) throw damaged('it is no key record');
  const [wakeAt, applied, seen, state, extra] = fields as [
    unknown,
    KeyRecord['applied'] | null,
    unknown,
    unknown,
    unknown,
  ];
  if (
    !(wakeAt === null || typeof wakeAt === 'number') ||
    typeof applied !== 'object' ||
    applied === null ||
    Array.isArray(applied) ||
    !Array.isArray(seen)
  )
    throw damaged('its fields have other types');
  return fields.length === 5 ? { state, applied, seen, wakeAt, extra } : { state, applied, seen, wakeAt };
}

function damaged(reason: string): Error {
  return new Error(`A stored state is damaged (${reason}). Rebuild the state from the log.`);
}
