/** Encodes and decodes as an agent's bus does, at the times of a replay, without a registry and without a log. */
import { createBus, memorySchemaSource } from '@muster/bus';
import type { Bus, Decoded, Outgoing } from '@muster/bus';
import type { TopicName } from '@muster/schemas';

export interface OfflineBus {
  warm(topics: readonly TopicName[]): Promise<void>;
  /** Throws an InvalidMessageError when the message could not have been published at the time it names. */
  check(message: Outgoing): void;
  /** The message as a consumer would have it, defaults filled in. Throws as `check` does. */
  delivered(message: Outgoing): Decoded;
}

export function offlineBus({ log }: Bus): OfflineBus {
  let time = 0;
  const bus = createBus({ log, schemas: memorySchemaSource(), clock: () => time });
  const encode = (message: Outgoing) => {
    ({ time } = message.envelope);
    return bus.encode(message);
  };
  return {
    warm: (topics) => bus.warm({ reads: topics, writes: topics }),
    check: (message) => void encode(message),
    delivered(message) {
      const { topic, key, value, headers = {} } = encode(message);
      const bytes = typeof key === 'string' ? Buffer.from(key) : key;
      const decoded = bus.decode({ topic, partition: 0, offset: 0, timestamp: time, key: bytes, value, headers });
      if (decoded instanceof Promise) throw new Error(`${topic} was not warmed.`);
      return decoded;
    },
  };
}
