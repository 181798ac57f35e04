/** A connected kafkajs producer or admin: opened when first needed, replaced when it is beyond help. */
import type { ConnectionOptions } from '../kafka/log-options.ts';
import type { Kafka } from 'kafkajs';
import { connectClient } from './client.ts';
import type { Client } from './client.ts';
import { isDoneWithin } from '../kafka/nap.ts';

export interface Connected<T> extends Client {
  readonly api: T;
}

export interface LazyClient<T> {
  get(): Promise<Connected<T>>;
  /** The next `get` connects anew; what still uses the old one has a request timeout to finish. */
  replace(old: Promise<Connected<T>>): void;
  close(deadlineMs: number): Promise<void>;
}

export function lazyClient<T extends { connect(): Promise<void>; disconnect(): Promise<void> }>(
  connection: ConnectionOptions,
  make: (kafka: Kafka) => T,
): LazyClient<T> {
  let current: Promise<Connected<T>> | undefined;
  const retiring = new Set<Client>();

  const open = async (): Promise<Connected<T>> => {
    const client = connectClient(connection);
    const api = make(client.kafka);
    try {
      await api.connect();
    } catch (error) {
      client.close();
      throw error;
    }
    return { ...client, api };
  };
  const retire = async (old: Promise<Connected<T>>, deadlineMs: number) => {
    const client = await old.catch(() => undefined);
    if (!client) return;
    retiring.add(client);
    await isDoneWithin(deadlineMs, client.api.disconnect());
    client.close();
    retiring.delete(client);
  };
  const replace: LazyClient<T>['replace'] = (old) => {
    if (current !== old) return;
    current = undefined;
    void retire(old, connection.requestTimeoutMs);
  };

  return {
    replace,
    get() {
      if (!current) {
        const opened = open();
        current = opened;
        opened.catch(() => replace(opened));
      }
      return current;
    },
    async close(deadlineMs) {
      const last = current;
      current = undefined;
      if (last) await isDoneWithin(deadlineMs, retire(last, deadlineMs));
      for (const client of retiring) client.close();
    },
  };
}
