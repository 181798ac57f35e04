import { InvalidMessageError } from '@muster/bus';
import type { Bus, NewRecord, Outgoing } from '@muster/bus';
import type { TopicInputs, TopicName } from '@muster/schemas';
import { consume } from './consuming.ts';
import type { Callback, ConsumeOptions, Consumption } from './consuming.ts';
import { outgoingOf, removalOf } from './outgoing.ts';
import type { PublishOptions } from './outgoing.ts';
import { persist } from './persisting.ts';
import { requester } from './request.ts';
import type { RequestOptions } from './request.ts';

/** A connection to the mesh. */
export interface Client {
  /**
   * Publishes one record or many of a topic; resolves when all are stored. What isn't right is refused before anything is sent, with a sentence that
   * names the field and the reason. Waits through an outage of the broker or the registry, then rejects; repeat it with the same `id`, and
   * consumers see it once.
   */
  publish<T extends TopicName>(
    topic: T,
    records: TopicInputs[T] | readonly TopicInputs[T][],
    options?: PublishOptions,
  ): Promise<void>;
  /** Takes a key away from a compacted topic, e.g. a policy by its `policyId`. Resolves when that is stored. */
  remove(topic: TopicName, key: string, options?: PublishOptions): Promise<void>;
  /**
   * Calls the callback for every message of a topic, in order per key; resolves when what is published from now on will be seen.
   * A message that comes twice (equal id) is given once, as far as the latest 2,000 ids of each partition tell.
   */
  consume<T extends TopicName>(topic: T, callback: Callback<T>): Promise<Consumption>;
  consume<T extends TopicName>(topic: T, options: ConsumeOptions<T>, callback: Callback<T>): Promise<Consumption>;
  /**
   * Asks the mesh for a capability, e.g. `request('recovery.probe', { target: 'shop' })`, and resolves with its output. Rejects with a
   * {@link RequestError} that says how it ended otherwise. Hears from `request` to its end; the first one opens a reader, which takes a moment.
   */
  request<O = unknown>(capability: string, input: unknown, options?: RequestOptions): Promise<O>;
  /** Stops all consumers, gives up requests that wait, sends what is on its way, disconnects. Bounded by `deadlineMs` (default 10 s). */
  close(deadlineMs?: number): Promise<void>;
}

export interface ClientOptions {
  /** Name of the user's system: the envelope's `source` of all it publishes. */
  readonly source: string;
  /** How long a publish waits for a broker that is away, ms. Default 60 s. */
  readonly publishTimeoutMs?: number;
}

/** A client on a bus of one's own, e.g. over the in-memory log in a test. Closing the client closes the bus. */
export function clientOn(bus: Bus, { source, publishTimeoutMs = 60_000 }: ClientOptions): Client {
  if (source.trim() === '') throw new Error('"source" is empty: give the name of your system, e.g. "shop".');
  const consumptions = new Set<Consumption>();

  const send = async (topic: TopicName, messages: readonly Outgoing[]) => {
    const waiting = { what: `publishing to ${topic}`, forMs: publishTimeoutMs };
    await persist(() => bus.warm({ reads: [], writes: [topic] }), waiting);
    // Encoded once, so that all that is wrong is found before anything is sent, and what is repeated is the same.
    const records = messages.map((message, index) => encode(message, messages.length === 1 ? undefined : index));
    await persist(() => bus.log.append(records), waiting);
  };
  const encode = (message: Outgoing, index: number | undefined): NewRecord => {
    try {
      return bus.encode(message);
    } catch (error) {
      if (index === undefined || !(error instanceof InvalidMessageError)) throw error;
      throw new InvalidMessageError(`Record ${index}: ${error.message}`, { cause: error });
    }
  };
  const asking = requester(bus, source, (message) => send(message.topic, [message]));

  return {
    publish: async (topic, records, options = {}) => send(topic, outgoingOf(topic, records, { source, ...options })),
    remove: async (topic, key, options = {}) => send(topic, [removalOf(topic, key, { source, ...options })]),
    async consume<T extends TopicName>(topic: T, ...rest: [Callback<T>] | [ConsumeOptions<T>, Callback<T>]) {
      const [options, callback] = rest.length === 1 ? [{}, rest[0]] : rest;
      const { ready, ...consumption } = consume(bus, topic, options, callback);
      consumptions.add(consumption);
      void consumption.ended.then(
        () => consumptions.delete(consumption),
        () => consumptions.delete(consumption),
      );
      await ready;
      return consumption;
    },
    request: async <O>(capability: string, input: unknown, options?: RequestOptions) =>
      (await asking.request(capability, input, options)) as O,
    async close(deadlineMs = 10_000) {
      const until = Date.now() + deadlineMs;
      const stops = [...consumptions].map((consumption) => consumption.stop(deadlineMs));
      await Promise.all([...stops, asking.close(deadlineMs)]);
      await bus.close(Math.max(0, until - Date.now()));
    },
  };
}
