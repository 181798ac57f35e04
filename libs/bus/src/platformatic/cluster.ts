/** The brokers of a cluster: where they are, and connections to them for each purpose. */
import { apiVersionsV3, findCoordinatorV3, metadataV9 } from '@platformatic/kafka';
import type { ClusterPlaces } from '../kafka/cluster-condition.ts';
import type { Address, ConnectionOptions } from '../kafka/log-options.ts';
import { LogUnavailableError } from '../log.ts';
import { codeOf, isOutage, reasonOf, toLogError } from './faults.ts';
import { linkTo } from './link.ts';
import type { Api, Link } from './link.ts';
import { refuseOldBroker } from './protocol-versions.ts';

export interface Topic {
  readonly topic: string;
  /** Id of the broker that leads each partition, by partition number; -1 when there is none. */
  readonly leaders: readonly number[];
}

export interface Cluster {
  /** The topics asked for that exist; all, when none are named. */
  topics(names?: readonly string[]): Promise<readonly Topic[]>;
  /** Where a broker is, by its id. */
  addressOf(broker: number): Promise<Address>;
  /** Which broker keeps a group. */
  coordinatorOf(group: string): Promise<Address>;
  brokers(): Promise<readonly Address[]>;
  /** What one broker knows of the cluster and of the topics asked for that exist; of all, when none are named. */
  places(names?: readonly string[]): Promise<ClusterPlaces>;
  /** The broker that creates and deletes topics. */
  controller(): Promise<Address>;
  /** Asks a broker over a connection that is shared by all short requests. */
  ask<Arguments extends unknown[], Answer>(
    broker: Address,
    api: Api<Arguments, Answer>,
    ...args: Arguments
  ): Promise<Answer>;
  /** A connection of one's own, to be closed by its owner; the cluster closes it at the latest. */
  link(broker: Address, timeoutMs?: number): Link;
  close(): void;
}

type Metadata = metadataV9.MetadataResponse;

const GROUP = 0;
const NO_SUCH_TOPIC = new Set<number>([3, 17]);
/** Nothing is answered of a topic that is just being created; its partitions have no leader then. */
const NO_LEADER = -1;

export function clusterOf(options: ConnectionOptions): Cluster {
  const { requestTimeoutMs } = options;
  const seeds = options.brokers.map(toAddress);
  const shared = new Map<string, Link>();
  const links = new Set<Link>();
  let known = new Map<number, Address>();
  let lastGood: Address | undefined;
  let controller = -1;
  let isChecked = false;
  let isClosed = false;

  const link: Cluster['link'] = (broker, timeoutMs = requestTimeoutMs) => {
    const opened = linkTo(broker, options, timeoutMs);
    if (isClosed) opened.close();
    links.add(opened);
    return {
      ...opened,
      close() {
        links.delete(opened);
        opened.close();
      },
    };
  };
  const ask: Cluster['ask'] = (broker, api, ...args) => {
    const name = `${broker.host}:${broker.port}`;
    let there = shared.get(name);
    if (!there) {
      there = link(broker);
      shared.set(name, there);
    }
    return there.call(api, ...args);
  };
  /** Asks one broker after the other until one answers. */
  const askAny = async <Arguments extends unknown[], Answer>(
    api: Api<Arguments, Answer>,
    ...args: Arguments
  ): Promise<Answer> => {
    // The one that answered last comes first: one that is away would cost its timeout each time.
    const candidates = new Map(
      [...(lastGood ? [lastGood] : []), ...known.values(), ...seeds].map((at) => [`${at.host}:${at.port}`, at]),
    );
    let last: unknown;
    for (const broker of candidates.values()) {
      if (isClosed) throw new LogUnavailableError('The log is closed.');
      try {
        if (!isChecked) refuseOldBroker(broker, await ask(broker, apiVersionsV3.api, 'muster', '1'));
        isChecked = true;
        const answer = await ask(broker, api, ...args);
        lastGood = broker;
        return answer;
      } catch (error) {
        if (lastGood === broker) lastGood = undefined;
        // An answer, if only an error, is for the caller.
        if (codeOf(error) !== undefined || !isOutage(error)) throw error;
        last = error;
      }
    }
    throw new LogUnavailableError(`No broker of ${options.brokers.join(', ')} can be reached: ${reasonOf(last)}`, {
      cause: last,
    });
  };
  const metadata = async (names: readonly string[] | null): Promise<Metadata> => {
    const asked = names === null ? null : [...names];
    const answer = await askAny(metadataV9.api, asked, false, false, false).catch((error: unknown) => {
      // The answer tells of each topic what is wrong with it; the library makes one error of all.
      const { response } = error as { response?: Metadata };
      if (response) return response;
      throw error;
    });
    known = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
    controller = answer.controllerId;
    return answer;
  };

  const addressOf: Cluster['addressOf'] = async (broker) => {
    if (!known.has(broker)) await metadata([]);
    const address = known.get(broker);
    if (!address) throw new LogUnavailableError(`Broker ${broker} is not among the brokers at the moment.`);
    return address;
  };

  return {
    link,
    ask,
    async topics(names) {
      return topicsIn(await metadata(names ?? null), names).map(({ name, partitions }) => {
        const leaders = Array.from({ length: partitions.length }, () => NO_LEADER);
        for (const { partitionIndex, leaderId } of partitions) leaders[partitionIndex] = leaderId;
        return { topic: name, leaders };
      });
    },
    async places(names) {
      const answer = await metadata(names ?? null);
      const topics = topicsIn(answer, names).map(({ name, partitions }) => ({
        topic: name,
        partitions: partitions.map(({ partitionIndex, leaderId, replicaNodes, isrNodes }) => ({
          partition: partitionIndex,
          leader: leaderId,
          replicas: replicaNodes,
          inSync: isrNodes,
        })),
      }));
      return { brokers: answer.brokers.length, controller: answer.controllerId, topics };
    },
    addressOf,
    async controller() {
      await metadata([]);
      return addressOf(controller);
    },
    async coordinatorOf(group) {
      try {
        const { coordinators } = await askAny(findCoordinatorV3.api, GROUP, [group]);
        const { host, port } = coordinators[0]!;
        return { host, port };
      } catch (error) {
        throw toLogError(error, `Looking up the coordinator of group ${group}`);
      }
    },
    async brokers() {
      await metadata([]);
      return [...known.values()];
    },
    close() {
      isClosed = true;
      for (const each of links) each.close();
    },
  };
}

/** Those that exist. Throws when one that was asked for is in trouble as a whole. */
function topicsIn(answer: Metadata, names: readonly string[] | undefined): Metadata['topics'] {
  const isAsked = new Set(names);
  return answer.topics.filter(({ name, errorCode, partitions }) => {
    if (NO_SUCH_TOPIC.has(errorCode)) return false;
    if (errorCode !== 0 && !isAsked.has(name)) return false;
    if (errorCode !== 0 && partitions.length === 0) throw topicError(name, errorCode);
    return true;
  });
}

function topicError(topic: string, code: number): Error {
  const isLater = code === 5 || code < 0;
  const sentence = `Topic ${topic} can't be used: Kafka's error ${code}.`;
  return isLater ? new LogUnavailableError(sentence) : new Error(sentence);
}

function toAddress(broker: string): Address {
  const at = broker.lastIndexOf(':');
  return { host: broker.slice(0, at).replace(/^\[(.*)\]$/, '$1'), port: Number(broker.slice(at + 1)) };
}
