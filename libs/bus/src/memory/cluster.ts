/** A Kafka cluster in memory, shared by any number of clients in one process. */
import type { Log, LogRecord, TopicSpec } from '../log.ts';
import { connectClient } from './client.ts';
import type { Client } from './client.ts';
import type { Schedule } from './cursor.ts';
import { memoryGroup } from './group.ts';
import type { Group } from './group.ts';
import { memoryTopics } from './topics.ts';

export interface MemoryClusterOptions {
  /** The brokers' clock, epoch ms. Default: `Date.now`. */
  readonly clock?: () => number;
  /** Runs everything that happens by itself; a simulator passes its own. Default: `setImmediate`, or `setTimeout` for a delay. */
  readonly schedule?: Schedule;
  /** Topics there are from the start. */
  readonly topics?: readonly TopicSpec[];
}

export interface MemoryCluster {
  connect(clientId: string): Log;
  /** All brokers away, or back. What was stored but not yet acknowledged is rejected: its sender can't know. */
  unavailable(isUnavailable: boolean): void;
  /**
   * The client's process dies: it hears nothing more, its promises never settle, what it asks for has no effect, and
   * its partitions go to others.
   */
  crash(log: Log): void;
  /**
   * The network between one client and the cluster is cut, or mended. A cut-off client loses its partitions without hearing of
   * it; when it is back it is a zombie until it is told, and then joins again.
   */
  isolate(log: Log, isIsolated: boolean): void;
  /** Begins a new generation of a group. */
  rebalance(group: string): void;
  /** All records of a topic, in the order in which they were appended. */
  read(topic: string): readonly LogRecord[];
}

export interface ClusterCore {
  readonly topics: ReturnType<typeof memoryTopics>;
  readonly groups: Map<string, Group>;
  readonly groupOf: (name: string) => Group;
  readonly schedule: Schedule;
  readonly clock: () => number;
  /** Since when no broker can be reached, epoch ms. */
  readonly unavailableSince: () => number | undefined;
}

export function memoryCluster({
  clock = Date.now,
  schedule = soon,
  topics: specs = [],
}: MemoryClusterOptions = {}): MemoryCluster {
  let unavailableSince: number | undefined;
  const isAvailable = () => unavailableSince === undefined;
  const topics = memoryTopics(clock);
  for (const spec of specs) topics.create(spec);
  const groups = new Map<string, Group>();
  const groupOf = (name: string): Group => {
    const group = groups.get(name) ?? memoryGroup(name, topics, { schedule, isAvailable });
    groups.set(name, group);
    return group;
  };
  const core: ClusterCore = { topics, groups, groupOf, schedule, clock, unavailableSince: () => unavailableSince };
  const clients = new Map<Log, Client>();
  const clientOf = (log: Log): Client => {
    const client = clients.get(log);
    if (!client) throw new Error('This log was not opened by connect() of this cluster.');
    return client;
  };

  return {
    connect(clientId) {
      const client = connectClient(core, `${clientId}-${clients.size + 1}`);
      clients.set(client.log, client);
      return client.log;
    },
    unavailable(isUnavailable) {
      unavailableSince = isUnavailable ? clock() : undefined;
      if (isUnavailable) return;
      for (const group of groups.values()) group.resume();
      topics.wakeAll();
    },
    crash: (log) => clientOf(log).crash(),
    isolate: (log, isIsolated) => clientOf(log).isolate(isIsolated),
    rebalance: (group) => groupOf(group).rebalance(),
    read: (topic) => topics.history(topic),
  };
}

const soon: Schedule = (run, delayMs = 0) => {
  if (delayMs > 0) setTimeout(run, delayMs);
  else setImmediate(run);
};
