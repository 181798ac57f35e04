/** The log on Kafka, by the protocol layer of @platformatic/kafka: its connections and requests, our group membership and reading. */
import { gatheringProducer } from '../kafka/gathering-producer.ts';
import { settingsOf } from '../kafka/log-options.ts';
import type { LogOptions } from '../kafka/log-options.ts';
import { logOf } from '../kafka/log-shell.ts';
import { topologyOf } from '../kafka/topology.ts';
import type { Log } from '../log.ts';
import { platformaticAdmin } from './admin.ts';
import { clusterOf } from './cluster.ts';
import { follow } from './follower.ts';
import { groupMember } from './group-member.ts';
import { platformaticSender } from './produce.ts';

/** Connects to nothing yet: each part does when it is first used, and waits for brokers that are away. */
export function platformaticLog(options: LogOptions): Log {
  const { connection, settings } = settingsOf(options);
  const cluster = clusterOf(connection);
  const admin = platformaticAdmin(cluster);
  const topology = topologyOf(admin.leaders);
  const context = { cluster, topology, connection, fetching: settings };
  const sender = platformaticSender(cluster, connection.requestTimeoutMs, settings.compression);

  return logOf({
    admin,
    producer: gatheringProducer(sender, topology, settings),
    join: (group) => groupMember(context, group),
    follow: (wanted) => follow(context, wanted),
  });
}
