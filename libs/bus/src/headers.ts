/**
 * Headers of a message: CloudEvents 1.0 in Kafka's binary content mode, and W3C Trace Context. All of them follow from the
 * message; what a replay needs is in the value, a header is for those who look at messages on their way.
 */
import { hash } from 'node:crypto';
import type { Envelope } from '@muster/schemas';
import type { RecordHeaders } from './log.ts';

export interface HeaderFacts {
  /** E.g. `muster.MetricSample.v1`. */
  readonly type: string;
  readonly key: string;
  readonly envelope: Envelope;
  /** Epoch ms. */
  readonly expiresAt?: number | undefined;
  /** `traceparent` of the message that caused this one: its trace goes on. */
  readonly traceparent?: string | undefined;
}

const SPEC_VERSION = Buffer.from('1.0');
const CONTENT_TYPE = Buffer.from('application/avro');

export function headersOf({ type, key, envelope, expiresAt, traceparent }: HeaderFacts): RecordHeaders {
  const { id, time, source, correlationId, causationId } = envelope;
  const headers: Record<string, Uint8Array> = {
    ce_specversion: SPEC_VERSION,
    ce_id: Buffer.from(id),
    ce_source: asUriReference(source),
    ce_type: constant(type),
    ce_time: timestamp(time),
    ce_subject: Buffer.from(key),
    'content-type': CONTENT_TYPE,
    ce_correlationid: Buffer.from(correlationId),
    traceparent: Buffer.from(traceparentOf(envelope, traceparent)),
  };
  if (causationId !== null) headers['ce_causationid'] = Buffer.from(causationId);
  if (expiresAt !== undefined) headers['ce_expirytime'] = timestamp(expiresAt);
  return headers;
}

/** Headers of a tombstone: it has no value, and so no content type. */
export function tombstoneHeadersOf(facts: HeaderFacts): RecordHeaders {
  const { 'content-type': _, ...headers } = headersOf(facts);
  return headers;
}

/** The text of a header, if there is one. */
export function headerText(headers: RecordHeaders, name: string): string | undefined {
  const bytes = headers[name];
  if (bytes === undefined || bytes.length === 0) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}

const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})$/;

/** One piece of work is one trace: its id goes on, or else follows from the correlation id; the span is the message. */
function traceparentOf({ id, correlationId }: Envelope, parent: string | undefined): string {
  const active = parent === undefined ? null : TRACEPARENT.exec(parent);
  const [trace, flags] = active ? [active[1]!, active[2]!] : [traceOf(correlationId), '01'];
  return `00-${trace}-${digest(id).slice(0, 16)}-${flags}`;
}

const digest = (text: string): string => hash('sha256', text, 'hex');

/** Messages that leave together mostly share what these are made from. */
const traceOf = rememberLast((correlationId: string) => digest(correlationId).slice(0, 32));
const timestamp = rememberLast((time: number) => Buffer.from(new Date(time).toISOString()));

function rememberLast<K, V>(make: (key: K) => V): (key: K) => V {
  let last: { readonly key: K; readonly value: V } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: make(key) };
    return last.value;
  };
}

const constants = new Map<string, Buffer>();

/** For texts of which there are few. */
function constant(text: string): Buffer {
  const bytes = constants.get(text) ?? Buffer.from(text);
  if (constants.size < 1000) constants.set(text, bytes);
  return bytes;
}

/** `ce_source` must be a URI reference; names of agents and systems mostly are as they stand. */
const asUriReference = (source: string): Buffer =>
  /^[\w.~/:@-]*$/.test(source) ? constant(source) : Buffer.from(encodeURIComponent(source.toWellFormed()));
