/** The log on Kafka, by kafkajs and the guards around it. */
import { gatheringProducer } from '../kafka/gathering-producer.ts';
import { settingsOf } from '../kafka/log-options.ts';
import type { LogOptions } from '../kafka/log-options.ts';
import { logOf } from '../kafka/log-shell.ts';
import { topologyOf } from '../kafka/topology.ts';
import type { Log } from '../log.ts';
import { kafkaAdmin } from './admin.ts';
import { follow } from './follower.ts';
import { groupMember } from './group-member.ts';
import { restIdleConnections } from './idle-timer.ts';
import { installQuickRecords } from './quick-records.ts';
import { requestSender } from './request-sender.ts';
import { installZstd } from './zstd.ts';

/** Nobody waits for the rebalance of a group of one, so its fetches may hold longer when there is nothing to read. */
const FOLLOW_MAX_WAIT_MS = 1_000;

/** Connects to nothing yet: each part does when it is first used, and waits for brokers that are away. */
export function kafkajsLog(options: LogOptions): Log {
  const { connection, settings } = settingsOf(options);
  restIdleConnections(connection.logger);
  installQuickRecords();
  installZstd();
  const admin = kafkaAdmin(connection);
  const following = { ...settings, fetchMaxWaitMs: Math.max(settings.fetchMaxWaitMs, FOLLOW_MAX_WAIT_MS) };

  return logOf({
    admin,
    producer: gatheringProducer(
      requestSender(connection, settings.compression),
      topologyOf((topic) => admin.leaders(topic)),
      settings,
    ),
    join: (group) => groupMember(connection, settings, group),
    follow: (wanted) => follow(connection, following, admin, wanted),
  });
}
