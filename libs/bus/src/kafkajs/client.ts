/** kafkajs clients with the guards every one of them needs. */
import kafkajs from 'kafkajs';
import type { Kafka, SASLOptions } from 'kafkajs';
import type { ConnectionOptions } from '../kafka/log-options.ts';
import { clientLog } from './client-log.ts';
import { trackedSockets } from './sockets.ts';
import type { Sockets } from './sockets.ts';

export interface Client {
  readonly kafka: Kafka;
  readonly sockets: Pick<Sockets, 'cut'>;
  /** Cuts its connections for good, and silences it. Let it disconnect in peace before, where there is time. */
  close(): void;
}

/**
 * A client of its own for each use, because kafkajs shares state between the consumers of one, and because its sockets
 * can then be closed without touching others.
 */
export function connectClient({
  brokers,
  clientId,
  ssl,
  sasl,
  requestTimeoutMs,
  logger,
  route,
}: ConnectionOptions): Client {
  const sockets = trackedSockets(route);
  let isClosed = false;
  const kafka = new kafkajs.Kafka({
    clientId,
    brokers: [...brokers],
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
    connectionTimeout: Math.min(3_000, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    enforceRequestTimeout: true,
    // Enough to try every seed broker; waiting out an outage is ours. Short, because kafkajs' waits can't be cancelled.
    retry: { retries: Math.max(3, brokers.length), initialRetryTime: 100, maxRetryTime: 1_000, multiplier: 2 },
    socketFactory: sockets.factory,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: clientLog((...entry) => {
      if (!isClosed) logger(...entry);
    }),
  });
  return {
    kafka,
    sockets,
    close() {
      isClosed = true;
      sockets.close();
    },
  };
}
