import { createBus, memoryLog, memorySchemaSource, type Bus, type Log } from '@muster/bus';
import type { TopicName } from '@muster/schemas';

export interface Codec {
  busOn(log: Log): Bus;
  setClock(now: () => number): void;
  ready(): Promise<void>;
}

/**
 * One codec for all simulations of a process: compiling the schemas anew for each would take longer than all the rest. `now` is the time that
 * messages to publish are held against.
 */
export function sharedCodec(names: readonly TopicName[]): Codec {
  let now: () => number = Date.now;
  const bus = createBus({ log: memoryLog(), schemas: memorySchemaSource(), clock: () => now() });
  const warm = bus.warm({ reads: names, writes: names });
  return {
    busOn: (log) => ({
      ...bus,
      log,
      warm: () => Promise.resolve(),
      publish: async (messages) => {
        if (messages.length > 0) await log.append(messages.map((message) => bus.encode(message)));
      },
      close: (deadlineMs) => log.close(deadlineMs),
    }),
    setClock(clock) {
      now = clock;
    },
    ready: () => warm,
  };
}
