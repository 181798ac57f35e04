/** What is stored of a decision until it has left: the records, and the input they follow from. */
import { messageOf } from '@muster/resilience';
import { Packr } from 'msgpackr';

/** A record for the log, as its client takes it. */
export interface DepartingRecord {
  readonly topic: string;
  readonly key: Uint8Array | string | null;
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, Uint8Array | undefined>>;
  readonly partition?: number;
}

export interface Departure {
  readonly records: readonly DepartingRecord[];
  /** The message that caused them; `null` where it was none. */
  readonly cause: { readonly topic: string; readonly offset: number } | null;
}

const packr = new Packr({ useRecords: false, mapsAsObjects: false, moreTypes: true, copyBuffers: true });

/** The bytes are new, but may share their memory with others: keep a copy of what is to live long. */
export function encodeDeparture({ records, cause }: Departure): Uint8Array {
  return packr.pack([
    cause === null ? null : [cause.topic, cause.offset],
    records.map(({ topic, key, value, headers, partition }) => [
      topic,
      key,
      value,
      Object.entries(headers ?? {}),
      partition ?? null,
    ]),
  ]);
}

type Fields = readonly [
  readonly [string, number] | null,
  readonly (readonly [
    string,
    Uint8Array | string | null,
    Uint8Array | null,
    readonly (readonly [string, Uint8Array | undefined])[],
    number | null,
  ])[],
];

/** Nothing in it refers to `bytes`. Throws when they are damaged. */
export function decodeDeparture(bytes: Uint8Array): Departure {
  let fields: Fields;
  try {
    fields = packr.unpack(bytes) as Fields;
  } catch (error) {
    throw new Error(`A stored departure is damaged (${messageOf(error)}). Rebuild the state from the log.`, {
      cause: error,
    });
  }
  const [cause, records] = fields;
  return {
    cause: cause === null ? null : { topic: cause[0], offset: cause[1] },
    records: records.map(([topic, key, value, headers, partition]) => ({
      topic,
      key,
      value,
      headers: Object.fromEntries(headers),
      ...(partition !== null && { partition }),
    })),
  };
}
