/** The log on Kafka, by kafkajs and the guards around it. */
import type { Following, GroupOptions, Log, Membership } from '../log.ts';
import { LogUnavailableError } from '../log.ts';
import { kafkaAdmin } from './admin.ts';
import type { ConnectionOptions } from './client.ts';
import { calm } from './client-log.ts';
import type { ClientLogger } from './client-log.ts';
import { follow } from './follower.ts';
import { gatheringProducer } from './gathering-producer.ts';
import type { Gathering } from './gathering-producer.ts';
import { groupMember } from './group-member.ts';
import { restIdleConnections } from './idle-timer.ts';
import type { Fetching } from './lasting-consumer.ts';
import { installQuickRecords } from './quick-records.ts';
import { topologyOf } from './topology.ts';
import { installZstd } from './zstd.ts';

export interface KafkaLogOptions
  extends
    Pick<ConnectionOptions, 'brokers' | 'clientId' | 'ssl' | 'sasl' | 'route'>,
    Partial<Gathering>,
    Partial<Fetching> {
  /** Longest wait for a broker's answer. Default 8 s. */
  readonly requestTimeoutMs?: number;
  /** Hears what the client does about trouble. Default: nobody. */
  readonly logger?: ClientLogger;
}

const MIB = 1024 * 1024;
const DEFAULTS: Gathering & Fetching = {
  lingerMs: 2,
  deliveryTimeoutMs: 30_000,
  // With a batch's framing just below a broker's default limit.
  maxRecordBytes: MIB - 128,
  maxBufferedBytes: 16 * MIB,
  compression: 'none',
  fetchMaxWaitMs: 500,
  maxFetchBytes: 4 * MIB,
};

/** Nobody waits for the rebalance of a group of one, so its fetches may hold longer when there is nothing to read. */
const FOLLOW_MAX_WAIT_MS = 1_000;

/** Connects to nothing yet: each part does when it is first used, and waits for brokers that are away. */
export function kafkaLog(options: KafkaLogOptions): Log {
  const connection: ConnectionOptions = {
    requestTimeoutMs: 8_000,
    ...options,
    logger: calm(options.logger ?? (() => undefined)),
  };
  const settings = { ...DEFAULTS, ...options };
  restIdleConnections(connection.logger);
  installQuickRecords();
  installZstd();
  const admin = kafkaAdmin(connection);
  const producer = gatheringProducer(connection, topologyOf(admin), settings);
  const ends = new Set<(deadlineMs: number) => Promise<void>>();
  let isClosed = false;

  /** Whether brokers are there or not: a topic that is known to be missing is a mistake, an outage is waited for. */
  const refuseMissing = async (topics: readonly string[]) => {
    for (const topic of topics) {
      const leaders = await admin.leaders(topic).catch((error: unknown) => {
        if (!(error instanceof LogUnavailableError)) throw error;
        return [];
      });
      if (!leaders) throw new Error(`Topic ${topic} does not exist; create it, then read it.`);
    }
    if (isClosed) throw new LogUnavailableError('The log is closed; it reads nothing any more.');
  };
  /** Ends it once, whoever comes first: its owner or `close`. */
  const ending = (end: (deadlineMs: number) => Promise<void>) => {
    const once = (deadlineMs: number) => {
      ends.delete(once);
      return end(deadlineMs);
    };
    ends.add(once);
    return once;
  };

  return {
    admin,
    append: (records) => producer.append(records),
    async join(group: GroupOptions): Promise<Membership> {
      await refuseMissing(group.topics);
      const member = groupMember(connection, settings, group);
      return {
        pause: (partitions) => member.pause(partitions),
        resume: (partitions) => member.resume(partitions),
        commit: (generation, offsets) => member.commit(generation, offsets),
        reassign: () => member.reassign(),
        leave: ending((deadlineMs) => member.leave(deadlineMs)),
        get confirmedAt() {
          return member.confirmedAt;
        },
        get deliveredThrough() {
          return member.deliveredThrough;
        },
      };
    },
    async follow(wanted): Promise<Following> {
      await refuseMissing(wanted.topics);
      const following = follow(
        connection,
        { ...settings, fetchMaxWaitMs: Math.max(settings.fetchMaxWaitMs, FOLLOW_MAX_WAIT_MS) },
        admin,
        wanted,
      );
      return { ...following, stop: ending((deadlineMs) => following.stop(deadlineMs)) };
    },
    async close(deadlineMs) {
      isClosed = true;
      const until = Date.now() + deadlineMs;
      await Promise.all([...[...ends].map((end) => end(deadlineMs)), producer.close(deadlineMs)]);
      await admin.close(Math.max(0, until - Date.now()));
    },
  };
}
