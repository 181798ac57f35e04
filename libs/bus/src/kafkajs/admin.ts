/** Administration over one shared connection, opened when it is first needed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin as KafkaAdmin, ITopicMetadata, KafkaJSDeleteGroupsError } from 'kafkajs';
import { conditionOf } from '../kafka/cluster-condition.ts';
import type { ConnectionOptions } from '../kafka/log-options.ts';
import { differentCount } from '../kafka/topic-specs.ts';
import type { Leaders } from '../kafka/topology.ts';
import type { LogAdmin, TopicSpec } from '../log.ts';
import { LogUnavailableError } from '../log.ts';
import { isOutage, rootOf, toLogError } from './faults.ts';
import { lazyClient } from './lazy-client.ts';

export interface Admin extends LogAdmin {
  readonly leaders: Leaders;
  close(deadlineMs: number): Promise<void>;
}

const OPERATION_TIMEOUT_MS = 5_000;
const LEADERS_WITHIN_MS = 10_000;
const NO_SUCH_TOPIC = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']);
const NON_EMPTY_GROUP = 68;
const GROUP_ID_NOT_FOUND = 69;

export function kafkaAdmin(connection: ConnectionOptions): Admin {
  const use = sharedAdmin(connection);

  const topics: LogAdmin['topics'] = () =>
    use.run('Listing topics', async (admin) => {
      const known = await admin.fetchTopicMetadata();
      return known.topics.map(({ name, partitions }) => ({ topic: name, partitions: partitions.length }));
    });
  const leaders: Admin['leaders'] = (topic) =>
    use.run(`Looking up topic ${topic}`, async (admin) => {
      try {
        const known = await admin.fetchTopicMetadata({ topics: [topic] });
        const partitions = known.topics[0]?.partitions ?? [];
        return partitions.toSorted((a, b) => a.partitionId - b.partitionId).map(({ leader }) => leader);
      } catch (error) {
        if (NO_SUCH_TOPIC.has(rootOf(error).type ?? '')) return undefined;
        throw error;
      }
    });
  const mustExist = async (topic: string) => {
    if (!(await leaders(topic))) throw new Error(`Topic ${topic} does not exist.`);
  };
  /** A broker may hear of a topic later than the one that was asked to create it. */
  const hasLeaders = async (topic: string) => {
    const until = Date.now() + LEADERS_WITHIN_MS;
    for (;;) {
      const known = await leaders(topic);
      if (known && known.length > 0 && known.every((leader) => leader >= 0)) return;
      if (Date.now() > until) throw new LogUnavailableError(`Topic ${topic} was created but has no leaders yet.`);
      await sleep(50);
    }
  };

  let last: Promise<unknown> = Promise.resolve();
  /** kafkajs mixes up the answers to questions for offsets that are asked at the same time. */
  const inTurn = <T>(look: () => Promise<T>): Promise<T> => {
    const mine = last.then(look, look);
    last = mine.catch(() => undefined);
    return mine;
  };

  return {
    topics,
    leaders,
    async createTopics(specs) {
      const existing = new Map((await topics()).map(({ topic, partitions }) => [topic, partitions]));
      for (const spec of specs) {
        const there = existing.get(spec.topic);
        if (there !== undefined && there !== spec.partitions) throw differentCount(spec, there);
      }
      const missing = specs.filter(({ topic }) => !existing.has(topic));
      if (missing.length === 0) return [];
      await use.run('Creating topics', (admin) =>
        admin.createTopics({ topics: missing.map(toTopicConfig), timeout: OPERATION_TIMEOUT_MS }),
      );
      for (const { topic } of missing) await hasLeaders(topic);
      return missing.map(({ topic }) => topic);
    },
    async deleteTopics(names) {
      const existing = new Set((await topics()).map(({ topic }) => topic));
      const doomed = names.filter((topic) => existing.has(topic));
      if (doomed.length === 0) return;
      await use.run(`Deleting topics ${doomed.join(', ')}`, (admin) =>
        admin.deleteTopics({ topics: doomed, timeout: OPERATION_TIMEOUT_MS }),
      );
    },
    offsets: (topic) =>
      inTurn(async () => {
        await mustExist(topic);
        return use.run(`Looking up offsets of ${topic}`, async (admin) => {
          const found = await admin.fetchTopicOffsets(topic);
          return found.map(({ partition, low, high }) => ({ partition, beginning: Number(low), end: Number(high) }));
        });
      }),
    offsetsAt: (topic, time) =>
      inTurn(async () => {
        await mustExist(topic);
        return use.run(`Looking up offsets of ${topic} at a time`, async (admin) => {
          const found = await admin.fetchTopicOffsetsByTimestamp(topic, time);
          return found.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) }));
        });
      }),
    async committed(group, names) {
      if (names.length === 0) return [];
      for (const topic of names) await mustExist(topic);
      return use.run(`Looking up committed offsets of ${group}`, async (admin) => {
        const found = await admin.fetchOffsets({ groupId: group, topics: [...names] });
        return found
          .flatMap(({ topic, partitions }) =>
            partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
          )
          .filter(({ offset }) => offset >= 0);
      });
    },
    groups: () =>
      use.run('Listing groups', async (admin) => {
        const listed = (await admin.listGroups()).groups.filter(({ protocolType }) => protocolType === 'consumer');
        if (listed.length === 0) return [];
        const { groups } = await admin.describeGroups(listed.map(({ groupId }) => groupId));
        return groups.map(({ groupId, members, state }) => ({ group: groupId, members: members.length, state }));
      }),
    deleteGroup: (group) =>
      use.run(`Deleting group ${group}`, async (admin) => {
        try {
          await admin.deleteGroups([group]);
        } catch (error) {
          const code = (error as Partial<KafkaJSDeleteGroupsError>).groups?.[0]?.errorCode;
          if (code === GROUP_ID_NOT_FOUND) return;
          if (code === NON_EMPTY_GROUP)
            throw new Error(`Group ${group} has members; stop them, then delete it.`, { cause: error });
          throw error;
        }
      }),
    condition: (names) =>
      use.run('Looking at the cluster', async (admin) => {
        const { brokers, controller } = await admin.describeCluster();
        const known = (await admin.fetchTopicMetadata()).topics.filter(({ name }) => names?.includes(name) ?? true);
        return conditionOf({ brokers: brokers.length, controller, topics: known.map(toPlaces) });
      }),
    close: (deadlineMs) => use.close(deadlineMs),
  };
}

const toPlaces = ({ name, partitions }: ITopicMetadata) => ({
  topic: name,
  partitions: partitions.map(({ partitionId, leader, replicas, isr }) => ({
    partition: partitionId,
    leader,
    replicas,
    inSync: isr,
  })),
});

const toTopicConfig = ({ topic, partitions, config, replicationFactor = -1 }: TopicSpec) => ({
  topic,
  numPartitions: partitions,
  replicationFactor,
  configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
});

/**
 * A client that has failed is replaced, and what it failed at is tried once more: kafkajs goes on failing over a topic that
 * it was once asked about and that is gone.
 */
function sharedAdmin(connection: ConnectionOptions) {
  const client = lazyClient(connection, (kafka) => kafka.admin({ retry: { retries: 3, maxRetryTime: 500 } }));
  let isClosed = false;
  return {
    async run<T>(doing: string, work: (admin: KafkaAdmin) => Promise<T>): Promise<T> {
      for (let hasFailed = false; ; hasFailed = true) {
        if (isClosed) throw new LogUnavailableError(`${doing} failed: the log is closed.`);
        const mine = client.get();
        try {
          return await work((await mine).api);
        } catch (error) {
          if (isOutage(error)) client.replace(mine);
          if (hasFailed || !isOutage(error)) throw toLogError(error, doing);
        }
      }
    },
    close(deadlineMs: number): Promise<void> {
      isClosed = true;
      return client.close(deadlineMs);
    },
  };
}
