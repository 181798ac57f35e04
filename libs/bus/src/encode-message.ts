/** From a message to a record for the log. */
import { keyOf } from '@muster/schemas';
import type { Envelope } from '@muster/schemas';
import { InvalidMessageError } from './bus.ts';
import type { Outgoing } from './bus.ts';
import type { TopicFormat } from './formats.ts';
import { headersOf, tombstoneHeadersOf } from './headers.ts';
import type { NewRecord } from './log.ts';
import { keyFault, timeFault } from './validity.ts';
import type { ReferenceClock } from './validity.ts';

const LAST_DATE = 8.64e15;

/** @throws InvalidMessageError when the message breaks its schema or a rule no message may break */
export function encodeMessage(
  message: Outgoing,
  { topic, type, format }: TopicFormat,
  schemaId: number,
  clock: ReferenceClock,
): NewRecord {
  const { envelope, value, expiresAt, traceparent } = message;
  try {
    if (value === null) checkEnvelope(envelope, clock);
    const bytes = value === null ? null : format.write(schemaId, { ...value, envelope }, clock);
    const key = message.key ?? (value === null ? '' : keyOf(topic, value));
    const fault = keyFault(Buffer.from(key)) ?? expiryFault(expiresAt);
    if (fault !== undefined) throw new TypeError(fault);
    const facts = { type, key, envelope, expiresAt, traceparent };
    return { topic, key, value: bytes, headers: bytes === null ? tombstoneHeadersOf(facts) : headersOf(facts) };
  } catch (error) {
    throw new InvalidMessageError(`${topic}: ${(error as Error).message}`, { cause: error });
  }
}

/** A tombstone's envelope stands in its headers only, so no schema looks at it. */
function checkEnvelope({ id, time }: Envelope, clock: ReferenceClock): void {
  if (id === '') throw new TypeError('envelope.id is empty; messages with equal ids are taken for the same message');
  const fault = Number.isSafeInteger(time) ? timeFault(time, clock) : 'is not a whole number of milliseconds';
  if (fault !== undefined) throw new TypeError(`envelope.time ${fault}`);
}

function expiryFault(expiresAt: number | undefined): string | undefined {
  const isDate = expiresAt === undefined || Math.abs(expiresAt) <= LAST_DATE;
  return isDate ? undefined : `expiresAt is no time: expected epoch milliseconds, got ${expiresAt}`;
}
