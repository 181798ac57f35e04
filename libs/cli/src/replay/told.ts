/** A message as a replay and the log have it: what both must agree on, without what differs from run to run. */
import type { Message } from '@muster/bus';
import { headerText } from '@muster/bus';
import type { Decoded, LogRecord } from '@muster/bus';

export interface Told {
  readonly topic: string;
  readonly key: string;
  readonly id: string;
  /** Epoch ms: in a replay the time of the input that led to it, in the log when it was taken in. */
  readonly at: number;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  /** The record without its envelope; `null` takes the key away. */
  readonly value: Readonly<Record<string, unknown>> | null;
}

/** Ids that handlers' messages have: they follow from the input, and are of version 8. What sensors publish has random ones. */
const DERIVED = /^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab]/;

/** What an agent's handlers published, of all that is on a topic; undefined for what others did. */
export function toldBy(agent: string, decoded: Decoded, record: LogRecord): Told | undefined {
  if (decoded.kind === 'invalid') return undefined;
  const told = decoded.kind === 'message' ? toldIn(decoded.message) : removalIn(decoded, record);
  const source =
    decoded.kind === 'message' ? decoded.message.value.envelope.source : headerText(record.headers, 'ce_source');
  return source === agent && DERIVED.test(told.id) ? told : undefined;
}

export function toldIn({ topic, key, id, timestamp, value }: Message): Told {
  const { envelope, ...rest } = value;
  const { correlationId, causationId } = envelope;
  return { topic, key, id, at: timestamp, correlationId, causationId, value: rest };
}

function removalIn({ topic, key }: { topic: string; key: string }, { timestamp, headers }: LogRecord): Told {
  return {
    topic,
    key,
    id: headerText(headers, 'ce_id') ?? '',
    at: timestamp,
    correlationId: headerText(headers, 'ce_correlationid') ?? null,
    causationId: headerText(headers, 'ce_causationid') ?? null,
    value: null,
  };
}
