/** A whole mesh in one process: real agents, real Avro, log and state in memory. */
import { randomUUID } from 'node:crypto';
import { heardTopics, startAgent, type AgentDefinition, type AgentEnvironment, type RunningAgent } from '@muster/agent';
import {
  createBus,
  deadLetterTopic,
  memoryCluster,
  memorySchemaSource,
  readDeadLetter,
  type Bus,
  type DeadLetter,
  type Log,
  type Message,
  type Outgoing,
} from '@muster/bus';
import { topicConfig, topicFor, topics, type TopicInputs, type TopicName } from '@muster/schemas';
import { memoryStateStore, type MemoryStateStore } from '@muster/state';
import { eventually } from './eventually.ts';

const inboxOf = (agent: string): TopicName => `muster.inbox.${agent}.v1`;

export interface MemoryMesh {
  readonly cluster: ReturnType<typeof memoryCluster>;
  readonly schemas: ReturnType<typeof memorySchemaSource>;
  readonly store: MemoryStateStore;
  /** A user's connection to the mesh. */
  readonly bus: Bus;
  /** Starts an agent and waits until it is ready. */
  start(definition: AgentDefinition, options?: Partial<AgentEnvironment>): Promise<MeshAgent>;
  /** Publishes as a user would; returns the message's id. */
  publish<T extends TopicName>(
    topic: T,
    value: TopicInputs[T] | null,
    options?: { readonly id?: string; readonly key?: string; readonly correlationId?: string },
  ): Promise<string>;
  /** Publishes many at once, in order. */
  publishAll<T extends TopicName>(topic: T, values: readonly TopicInputs[T][]): Promise<void>;
  /** All messages of a topic, decoded, in the order of their taking in. */
  read<T extends TopicName>(topic: T): Promise<Message<T>[]>;
  deadLetters(topic: TopicName, agent: string): DeadLetter[];
  /** Waits until no agent has anything left to do. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

export interface MeshAgent {
  readonly running: RunningAgent;
  readonly log: Log;
  /** What it hears. */
  readonly topics: readonly string[];
  /** The process dies: nothing more is heard of it, and its partitions go to others. */
  crash(): void;
  stop(): Promise<void>;
}

export interface MeshOptions {
  /** Agents that will run: their inboxes and dead-letter topics are created. */
  readonly agents: readonly AgentDefinition[];
  readonly partitions?: number;
}

export async function memoryMesh({ agents: definitions, partitions }: MeshOptions): Promise<MemoryMesh> {
  const cluster = memoryCluster();
  const schemas = memorySchemaSource();
  const store = memoryStateStore();
  const userLog = cluster.connect('user');
  const bus = createBus({ log: userLog, schemas });
  const agents = new Set<MeshAgent>();
  let started = 0;

  const names = new Set<string>([...topics.map(({ name }) => name), ...definitions.map(({ name }) => inboxOf(name))]);
  const specs = [...names].map((topic) => {
    const definition = topicFor(topic);
    return { topic, partitions: partitions ?? definition.partitions, config: topicConfig(definition) };
  });
  const heard = definitions.flatMap((definition) =>
    heardTopics(definition).map((topic) => deadLetterTopic(topic, `muster.${definition.name}`)),
  );
  await userLog.admin.createTopics([...specs, ...heard.map((topic) => ({ topic, partitions: 1, config: {} }))]);

  /** Whether everything in a topic has been dealt with by the instances of an agent. */
  const isThrough = (topic: string, name: string): boolean => {
    const positions = new Map(
      [...agents].filter(({ running }) => running.agent === name).flatMap(({ running }) => [...running.positions()]),
    );
    return cluster
      .read(topic)
      .every(({ partition, offset }) => (positions.get(`${topic}/${partition}`) ?? -1) > offset);
  };

  const mesh: MemoryMesh = {
    cluster,
    schemas,
    store,
    bus,
    async start(definition, options = {}) {
      started += 1;
      const log = cluster.connect(definition.name);
      const running = await startAgent(definition, {
        bus: createBus({ log, schemas }),
        store,
        config: definition.config.parse({}),
        instance: `${definition.name}-${started}`,
        commitEveryMs: 20,
        ...options,
      });
      const agent: MeshAgent = {
        running,
        log,
        topics: heardTopics(definition),
        crash() {
          agents.delete(agent);
          cluster.crash(log);
        },
        async stop() {
          agents.delete(agent);
          await running.stop(2_000);
          await log.close(1_000);
        },
      };
      agents.add(agent);
      await eventually(
        () => running.trouble() === undefined,
        () => `${definition.name} is not ready: ${running.trouble()}`,
      );
      return agent;
    },
    async publish(topic, value, { id = randomUUID(), key, correlationId = id } = {}) {
      const envelope = { id, time: Date.now(), source: 'user', correlationId, causationId: null };
      await bus.publish([{ topic, value, envelope, ...(key === undefined ? {} : { key }) } as Outgoing]);
      return id;
    },
    async publishAll(topic, values) {
      await bus.publish(
        values.map((value) => {
          const id = randomUUID();
          return {
            topic,
            value,
            envelope: { id, time: Date.now(), source: 'user', correlationId: id, causationId: null },
          } as Outgoing;
        }),
      );
    },
    async read(topic) {
      const decoded = await Promise.all(cluster.read(topic).map(async (record) => bus.decode(record)));
      return decoded.flatMap((each) => (each.kind === 'message' ? [each.message as Message<typeof topic>] : []));
    },
    deadLetters: (topic, agent) =>
      cluster
        .read(deadLetterTopic(topic, `muster.${agent}`))
        .map(readDeadLetter)
        .filter((letter) => letter !== undefined),
    async idle() {
      const isDone = (): boolean =>
        [...agents].every(({ running, topics: heard }) => {
          const isBusy = running.inFlight() > 0 || running.vitals().tasks > 0 || running.trouble() !== undefined;
          return !isBusy && heard.every((topic) => isThrough(topic, running.agent));
        });
      await eventually(isDone, () => 'the agents are still busy');
    },
    async stop() {
      await Promise.all([...agents].map((agent) => agent.stop()));
      await userLog.close(1_000);
    },
  };
  return mesh;
}
