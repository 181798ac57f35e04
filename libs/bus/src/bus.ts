/**
 * Muster's messages on a log: Avro values in Confluent wire format, envelope and headers, validity. One floor above `log.ts`.
 */
import type { Envelope, TopicInputs, TopicName, TopicRecords } from '@muster/schemas';
import type { Log, LogRecord, NewRecord, RecordHeaders } from './log.ts';

/** A message about to leave. `value: null` is a tombstone and needs the `key`. */
export type Outgoing<T extends TopicName = TopicName> = T extends TopicName
  ? {
      readonly topic: T;
      /** Default: `keyOf(topic, value)`. */
      readonly key?: string;
      readonly value: TopicInputs[T] | null;
      readonly envelope: Envelope;
      /** Epoch ms; becomes `ce_expirytime`. */
      readonly expiresAt?: number;
      /** `traceparent` header of the message that caused this one, so that its trace goes on. Default: a trace of the correlation id. */
      readonly traceparent?: string;
    }
  : never;

/** A message as a consumer sees it: the record, and where in the log it stands. */
export type Message<T extends TopicName = TopicName> = T extends TopicName
  ? {
      readonly topic: T;
      readonly partition: number;
      readonly offset: number;
      /** When the log took it in, epoch ms: the clock handlers live by. */
      readonly timestamp: number;
      readonly key: string;
      /** `ce_id` where a foreign producer set one, else the envelope's id. Equal ids are the same message. */
      readonly id: string;
      readonly value: TopicRecords[T];
      readonly headers: RecordHeaders;
    }
  : never;

export type Decoded =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'tombstone'; readonly topic: TopicName; readonly key: string; readonly record: LogRecord }
  /** Cannot be read, or breaks a rule no record may break. The reason is one sentence naming field and reason. */
  | { readonly kind: 'invalid'; readonly reason: string; readonly record: LogRecord };

export interface Bus {
  readonly log: Log;
  /**
   * Fetches every schema needed to read `reads` and write `writes`, so that a registry outage later does no harm. Rejects with a
   * {@link SchemaUnavailableError} when the registry is away, or a schema to write is not registered yet. Under `writes` a family may stand for
   * all its topics: `muster.inbox.<agent>.v1`.
   */
  warm(topics: { readonly reads: readonly TopicName[]; readonly writes: readonly TopicName[] }): Promise<void>;
  /**
   * Validates and encodes now, to be appended later. Throws {@link InvalidMessageError}, and {@link SchemaUnavailableError} when
   * the record's schema id is not known yet (`warm` fetches it; so does this call, for the next one).
   */
  encode(message: Outgoing): NewRecord;
  /** Validates, encodes, appends with acks=all. Throws {@link InvalidMessageError} before anything is sent when one message is bad. */
  publish(messages: readonly Outgoing[]): Promise<void>;
  /** Synchronous when the writer's schema is known (always, after the first message of a schema). Rejects with {@link SchemaUnavailableError} only. */
  decode(record: LogRecord): Decoded | Promise<Decoded>;
  close(deadlineMs: number): Promise<void>;
}

/** The message breaks its schema or a rule no message may break; it will do so every time. One sentence naming topic and field. */
export class InvalidMessageError extends Error {
  override readonly name = 'InvalidMessageError';
  readonly faultClass = 'permanent';
}

/** The registry is away, or does not know a schema yet that it should. Later it may. */
export class SchemaUnavailableError extends Error {
  override readonly name = 'SchemaUnavailableError';
  readonly faultClass = 'transient';
}
