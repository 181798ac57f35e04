/** Administration: short requests to whichever broker is responsible, repeated for a while when it is not there. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createTopicsV7, deleteGroupsV2, deleteTopicsV5, describeGroupsV5, listGroupsV4 } from '@platformatic/kafka';
import { conditionOf } from '../kafka/cluster-condition.ts';
import { differentCount } from '../kafka/topic-specs.ts';
import { backoffMs } from '../kafka/nap.ts';
import { nameOf } from '../kafka/start-offsets.ts';
import type { Leaders } from '../kafka/topology.ts';
import type { LogAdmin, TopicPartition, TopicSpec } from '../log.ts';
import { LogUnavailableError } from '../log.ts';
import type { Cluster } from './cluster.ts';
import { codeOf, CODES, isOutage, toLogError } from './faults.ts';
import { committedOffsets, coordinatorOf } from './group-coordinator.ts';
import { offsetLookUp } from './offset-look-up.ts';

export interface Admin extends LogAdmin {
  readonly leaders: Leaders;
  close(deadlineMs: number): Promise<void>;
}

const OPERATION_TIMEOUT_MS = 5_000;
const LEADERS_WITHIN_MS = 10_000;
const TRIES = 4;
const MAX_BACKOFF_MS = 500;

export function platformaticAdmin(cluster: Cluster): Admin {
  const offsetsOf = offsetLookUp(cluster);
  const partitionsOf = async (topic: string): Promise<TopicPartition[]> => {
    const [found] = await cluster.topics([topic]);
    if (!found) throw new Error(`Topic ${topic} does not exist.`);
    return found.leaders.map((_, partition) => ({ topic, partition }));
  };
  const topics: LogAdmin['topics'] = () =>
    persist('Listing topics', async () =>
      (await cluster.topics()).map(({ topic, leaders }) => ({ topic, partitions: leaders.length })),
    );
  /** A broker may hear of a topic later than the one that was asked to create it. */
  const haveLeaders = async (names: readonly string[]) => {
    for (const until = Date.now() + LEADERS_WITHIN_MS; ; await sleep(50)) {
      const found = await cluster.topics(names);
      const ready = found.filter(({ leaders }) => leaders.length > 0 && leaders.every((leader) => leader >= 0));
      if (ready.length === names.length) return;
      if (Date.now() > until) throw new LogUnavailableError(`Topics ${names.join(', ')} have no leaders yet.`);
    }
  };

  return {
    topics,
    leaders: (topic) => persist(`Looking up topic ${topic}`, async () => (await cluster.topics([topic]))[0]?.leaders),
    async createTopics(specs) {
      const existing = new Map((await topics()).map(({ topic, partitions }) => [topic, partitions]));
      for (const spec of specs) {
        const there = existing.get(spec.topic);
        if (there !== undefined && there !== spec.partitions) throw differentCount(spec, there);
      }
      const missing = specs.filter(({ topic }) => !existing.has(topic));
      if (missing.length === 0) return [];
      const names = missing.map(({ topic }) => topic);
      await persist('Creating topics', async () => {
        const controller = await cluster.controller();
        await cluster
          .ask(controller, createTopicsV7.api, missing.map(toTheirSpec), OPERATION_TIMEOUT_MS, false)
          .catch(unless(CODES.topicExists));
      });
      await persist('Creating topics', () => haveLeaders(names));
      return names;
    },
    async deleteTopics(names) {
      const existing = new Set((await topics()).map(({ topic }) => topic));
      const doomed = names.filter((topic) => existing.has(topic)).map((name) => ({ name }));
      if (doomed.length === 0) return;
      await persist(`Deleting topics ${names.join(', ')}`, async () => {
        await cluster
          .ask(await cluster.controller(), deleteTopicsV5.api, doomed, OPERATION_TIMEOUT_MS)
          .catch(unless(CODES.unknownTopic));
      });
    },
    offsets: (topic) =>
      persist(`Looking up offsets of ${topic}`, async () => {
        const partitions = await partitionsOf(topic);
        const [beginnings, ends] = await Promise.all([
          offsetsOf(partitions, 'beginning'),
          offsetsOf(partitions, 'end'),
        ]);
        return partitions.map((of) => ({
          partition: of.partition,
          beginning: beginnings.get(nameOf(of))!,
          end: ends.get(nameOf(of))!,
        }));
      }),
    offsetsAt: (topic, time) =>
      persist(`Looking up offsets of ${topic} at a time`, async () => {
        const partitions = await partitionsOf(topic);
        const [timed, ends] = await Promise.all([offsetsOf(partitions, time), offsetsOf(partitions, 'end')]);
        return partitions.map((of) => {
          const found = timed.get(nameOf(of))!;
          return { ...of, offset: found < 0 ? ends.get(nameOf(of))! : found };
        });
      }),
    committed: (group, names) =>
      persist(`Looking up committed offsets of ${group}`, async () => {
        const partitions = (await Promise.all(names.map(partitionsOf))).flat();
        return committedOffsets(coordinatorOf(cluster, group), partitions);
      }),
    groups: () =>
      persist('Listing groups', async () => {
        const brokers = await cluster.brokers();
        const found = await Promise.all(
          brokers.map(async (broker) => {
            const listed = await cluster.ask(broker, listGroupsV4.api, [], []);
            const ids = listed.groups.filter(({ protocolType }) => protocolType === 'consumer');
            if (ids.length === 0) return [];
            const asked = ids.map(({ groupId }) => groupId);
            return (await cluster.ask(broker, describeGroupsV5.api, asked, false)).groups;
          }),
        );
        return found
          .flat()
          .map(({ groupId, members, groupState }) => ({ group: groupId, members: members.length, state: groupState }));
      }),
    deleteGroup: (group) =>
      persist(`Deleting group ${group}`, async () => {
        try {
          await coordinatorOf(cluster, group).ask(deleteGroupsV2.api, [group]);
        } catch (error) {
          if (codeOf(error) === CODES.groupNotFound) return;
          if (codeOf(error) === CODES.nonEmptyGroup)
            throw new Error(`Group ${group} has members; stop them, then delete it.`, { cause: error });
          throw error;
        }
      }),
    condition: (names) => persist('Looking at the cluster', async () => conditionOf(await cluster.places(names))),
    close() {
      cluster.close();
      return Promise.resolve();
    },
  };
}

async function persist<T>(doing: string, work: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (failures === TRIES - 1 || !isOutage(error)) throw toLogError(error, doing);
      await sleep(backoffMs(failures, MAX_BACKOFF_MS));
    }
  }
}

/** It has happened already: another asked for it at the same time, or an answer was lost. */
const unless = (code: number) => (error: unknown) => {
  if (codeOf(error) !== code) throw error;
};

const toTheirSpec = ({ topic, partitions, config, replicationFactor = -1 }: TopicSpec) => ({
  name: topic,
  numPartitions: partitions,
  replicationFactor,
  assignments: [],
  configs: Object.entries(config).map(([name, value]) => ({ name, value })),
});
