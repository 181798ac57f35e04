import { randomUUIDv7 } from 'node:crypto';
import type { Outgoing } from '@muster/bus';
import { topicFor } from '@muster/schemas';
import type { Envelope, TopicInputs, TopicName } from '@muster/schemas';

export interface PublishOptions {
  /** Id of the message, for one record only: published again with the same id it is the same message. Default: a new one. */
  readonly id?: string;
  /** When it was made: epoch ms or Date. Default: now. */
  readonly time?: number | Date;
  /** Shared by all messages of one piece of work. Default: the message's own id. */
  readonly correlationId?: string;
  /** Id of the message that caused it. */
  readonly causationId?: string | null;
  /** Who made it, when that isn't this client's own system. */
  readonly source?: string;
}

/** The messages for one record or many. Throws a sentence on what a type check would have refused. */
export function outgoingOf<T extends TopicName>(
  topic: T,
  records: TopicInputs[T] | readonly TopicInputs[T][],
  options: PublishOptions & { readonly source: string },
): Outgoing[] {
  const { record } = topicFor(topic);
  const all = (Array.isArray(records) ? records : [records]) as readonly TopicInputs[T][];
  if (options.id !== undefined && all.length !== 1)
    throw new Error(`An id names one message, not the ${all.length} records for ${topic}: publish them one by one.`);
  return all.map((value, index) => {
    const at = Array.isArray(records) ? `Record ${index}` : 'The record';
    if (!isRecord(value))
      throw new Error(
        `${at} for ${topic} is ${value === null ? 'null' : typeof value}: give an object with the fields of ${record}.`,
      );
    if ('envelope' in value)
      throw new Error(
        `${at} for ${topic} has an envelope, which is made when it is published: leave it out, and give id, time or correlationId as options.`,
      );
    return { topic, value, envelope: envelopeOf(options) } as Outgoing;
  });
}

/** The message that takes a key away. */
export function removalOf(
  topic: TopicName,
  key: string,
  options: PublishOptions & { readonly source: string },
): Outgoing {
  if (topicFor(topic).cleanup !== 'compact')
    throw new Error(`Nothing can be removed from ${topic}: it isn't compacted, its messages are kept for a time.`);
  if (key === '') throw new Error(`Nothing can be removed from ${topic} without a key: say which.`);
  // The compiler does not see that any topic will do: it compares with 25 of a union's members at most.
  return { topic, key, value: null, envelope: envelopeOf(options) } as Outgoing;
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function envelopeOf({
  id = randomUUIDv7(),
  time = Date.now(),
  source,
  ...lineage
}: PublishOptions & { source: string }): Envelope {
  const { correlationId = id, causationId = null } = lineage;
  return { id, time: Number(time), source, correlationId, causationId };
}
