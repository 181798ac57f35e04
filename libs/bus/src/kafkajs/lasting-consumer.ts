/**
 * A kafkajs consumer that is opened again whenever it crashes, for as long as brokers are away. Only what no waiting can
 * repair ends it.
 */
import kafkajs from 'kafkajs';
import type { Cluster, Consumer } from 'kafkajs';
import { connectClient } from './client.ts';
import type { Client } from './client.ts';
import { copartitionAssigner } from './copartition-assigner.ts';
import type { Held } from '../kafka/co-partition.ts';
import type { ConnectionOptions, Fetching } from '../kafka/log-options.ts';
import { isOutage, rootOf } from './faults.ts';
import type { FetchedBatch } from './internals.ts';
import { backoffMs, isDoneWithin } from '../kafka/nap.ts';
import { abandonGroup, observeGroup } from './observed-group.ts';
import type { GroupObserver } from './observed-group.ts';

export interface ConsumerSpec extends Fetching {
  readonly group: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly maxBytesPerPartition: number;
  readonly observer: GroupObserver;
  held(): Held;
  /** Hands over a batch; an offset that is not resolved is fetched again. */
  deliver(batch: FetchedBatch, resolve: (offset: string) => void): void;
  /** The broker accepted a heartbeat. */
  confirmed(): void;
  /** It went down and is opened again. */
  interrupted(): void;
  /** It went down for good. */
  failed(fault: Error): void;
  /** While it still has its connections, before it is closed. */
  leaving(): Promise<void>;
}

export interface LastingConsumer {
  /** Cuts the connections to a broker that does not answer. */
  cut(broker: string): void;
  /** Stops within `deadlineMs`; then nothing of it is left. */
  close(deadlineMs: number): Promise<void>;
}

interface Attempt extends Client {
  readonly consumer: Consumer;
  readonly openedAt: number;
}

const CONCURRENCY = 32;
const REBALANCE_TIMEOUT_MS = 15_000;
const METADATA_MAX_AGE_MS = 30_000;
const MAX_BACKOFF_MS = 5_000;
/** An attempt that lived so long says that what failed before is over. */
const HEALTHY_AFTER_MS = 60_000;
const MAX_FAULTS = 3;
const WATCH_INTERVAL_MS = 5_000;

/** @throws when kafkajs refuses the settings, or is not the version that can be observed */
export function lastingConsumer(connection: ConnectionOptions, spec: ConsumerSpec): LastingConsumer {
  const { logger } = connection;
  const silenceLimitMs = 2 * Math.max(spec.sessionTimeoutMs, REBALANCE_TIMEOUT_MS) + connection.requestTimeoutMs;
  let current: Attempt | undefined;
  let interruptions = 0;
  let faults = 0;
  let lastSignAt = Date.now();
  let reopening: NodeJS.Timeout | undefined;

  const open = () => {
    const attempt = newAttempt(connection, spec);
    current = attempt;
    lastSignAt = attempt.openedAt;
    void run(attempt);
  };
  const run = async (attempt: Attempt) => {
    const { consumer } = attempt;
    consumer.on(consumer.events.CRASH, ({ payload }) => interrupt(attempt, payload.error));
    consumer.on(consumer.events.HEARTBEAT, () => {
      lastSignAt = Date.now();
      spec.confirmed();
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...spec.topics] });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: CONCURRENCY,
        eachBatch: ({ batch, resolveOffset }) => {
          spec.deliver(batch as unknown as FetchedBatch, resolveOffset);
          return Promise.resolve();
        },
      });
    } catch (error) {
      interrupt(attempt, error);
    }
  };
  const interrupt = (attempt: Attempt, error: unknown) => {
    if (attempt !== current) return;
    current = undefined;
    attempt.close();
    if (Date.now() - attempt.openedAt > HEALTHY_AFTER_MS) interruptions = faults = 0;
    if (!isOutage(error)) faults++;
    spec.interrupted();
    if (faults >= MAX_FAULTS) {
      clearInterval(watch);
      spec.failed(rootOf(error));
      return;
    }
    const delayMs = backoffMs(interruptions++, MAX_BACKOFF_MS);
    const facts = { group: spec.group, delayMs };
    logger('warn', `The consumer was interrupted: ${rootOf(error).message}. It is opened again.`, facts);
    reopening = setTimeout(open, delayMs);
  };
  open();
  /** kafkajs has been known to wait for ever without a crash. */
  const watch = setInterval(() => {
    if (current && Date.now() - lastSignAt > silenceLimitMs) {
      interrupt(current, new kafkajs.KafkaJSError('The group coordinator has not answered for too long', {}));
    }
  }, WATCH_INTERVAL_MS).unref();

  return {
    cut: (broker) => current?.sockets.cut(broker),
    async close(deadlineMs) {
      clearTimeout(reopening);
      clearInterval(watch);
      const attempt = current;
      current = undefined;
      if (!attempt) return;
      await isDoneWithin(deadlineMs, stop(attempt.consumer, spec));
      attempt.close();
    },
  };
}

async function stop(consumer: Consumer, spec: ConsumerSpec): Promise<void> {
  await consumer.stop();
  // Its connections are cut then. Asked to disconnect, kafkajs would wait for what the broker still holds: a fetch, until there is something to read.
  await spec.leaving();
}

function newAttempt(connection: ConnectionOptions, spec: ConsumerSpec): Attempt {
  const client = connectClient(connection);
  const assigner = copartitionAssigner(() => spec.held());
  let cluster: Cluster | undefined;
  const consumer = client.kafka.consumer({
    groupId: spec.group,
    partitionAssigners: [
      (config) => {
        ({ cluster } = config);
        return assigner(config);
      },
    ],
    sessionTimeout: spec.sessionTimeoutMs,
    heartbeatInterval: spec.heartbeatIntervalMs,
    rebalanceTimeout: Math.max(spec.sessionTimeoutMs, REBALANCE_TIMEOUT_MS),
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    minBytes: 1,
    maxBytes: spec.maxFetchBytes,
    maxBytesPerPartition: spec.maxBytesPerPartition,
    maxWaitTimeInMs: spec.fetchMaxWaitMs,
    // Opening again is ours: kafkajs would not do it for every outage, nor start afresh.
    retry: { retries: 6, maxRetryTime: 2_000, restartOnFailure: () => Promise.resolve(false) },
  });
  if (!cluster) throw new Error('kafkajs has not asked for an assigner; the group can not be observed.');
  const observed = cluster;
  observeGroup(observed, spec.observer);
  return {
    ...client,
    consumer,
    openedAt: Date.now(),
    close() {
      abandonGroup(observed);
      client.close();
    },
  };
}
