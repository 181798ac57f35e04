import { deadLetterTopic, type Bus } from '@muster/bus';
import { defaultBackoff, delayAfter, messageOf } from '@muster/resilience';
import type { TopicName } from '@muster/schemas';
import type { StateStore } from '@muster/state';
import { actionRunner } from './action-runner.ts';
import { inboxOf, type AgentDefinition } from './agent.ts';
import { pause, systemClock, within, type Clock } from './clock.ts';
import { guardReaches, guardsIn, guardTables } from './guard-tables.ts';
import { hear, type Hearing } from './hearing.ts';
import { inboxHearer } from './inbox.ts';
import { hearersOf, type AnyContext } from './lane.ts';
import { silent, type Logger } from './logs.ts';
import { outbox as outboxOf } from './outbox.ts';
import { cardOf, heartbeat, type Vitals } from './registration.ts';
import { publishFresh, sense, type Sensing } from './sensing.ts';
import type { SideThread } from './side-thread.ts';
import { followTables, type LiveTables } from './tables.ts';
import { newTally, type Tally } from './tally.ts';
import { topicsExist } from './topics-exist.ts';
import { turns as turnsOf } from './turns.ts';

export interface AgentEnvironment {
  readonly bus: Bus;
  readonly store: StateStore;
  readonly config: unknown;
  /** Name of this instance, unique within the mesh. */
  readonly instance: string;
  readonly clock?: Clock;
  readonly log?: Logger;
  /** Actions at the same time. Default 16. */
  readonly concurrency?: number;
  /** How long a handled message may wait to be stored, ms. Default 500. */
  readonly commitEveryMs?: number;
  /** How many keys are stored in one request. Default 4,096. */
  readonly storeAtOnce?: number;
  /** For keys whose handler computes long. Default: they stay among the others. */
  readonly sideThread?: SideThread;
}

/** An agent at work. */
export interface RunningAgent {
  readonly agent: string;
  readonly instance: string;
  readonly tally: Tally;
  /** Why it is not ready, in a sentence; `undefined` when it is. */
  trouble(): string | undefined;
  /** Why only a restart can help. */
  deadReason(): string | undefined;
  vitals(): Vitals;
  /** Messages taken and not dealt with, and messages on their way out. */
  inFlight(): number;
  keys(): number;
  /** Of the partitions owned: `topic/partition` -> offset below which everything is dealt with; -1 while nothing is known. */
  positions(): ReadonlyMap<string, number>;
  /** Resolves with the reason when it can't go on. */
  readonly dead: Promise<string>;
  /** Takes no more, finishes what it has, says goodbye; within `deadlineMs`. What was not finished is done by whoever takes over. */
  stop(deadlineMs: number): Promise<void>;
}

const stuckAfterMs = 60_000;
const patienceMs = 3_000;

/**
 * Starts an agent in the order in which it can be right: schemas known, tables whole, then messages, then sensors. Resolves when it is under way;
 * `trouble()` tells when it is ready. Waits, and says why, while the log, the registry or the store is away.
 */
export async function startAgent(definition: AgentDefinition, environment: AgentEnvironment): Promise<RunningAgent> {
  const {
    bus,
    store,
    config,
    instance,
    clock = systemClock,
    log = silent,
    concurrency = 16,
    commitEveryMs = 500,
    storeAtOnce = 4_096,
    sideThread,
  } = environment;
  const agent = definition.name;
  const group = `muster.${agent}`;
  const startedAt = clock.now();
  const owner = `${instance}@${startedAt}`;
  const tally = newTally();
  const outbox = outboxOf(bus.log, clock, (trouble) => log.warn({ trouble }, 'publishing waits'));
  let phase: 'starting' | 'running' | 'stopping' = 'starting';
  let startTrouble = 'starting';
  let deadReason: string | undefined;
  let hearing: Hearing | undefined;
  let tables: LiveTables | undefined;
  let sensing: Sensing | undefined;
  let movedAt = clock.now();
  let movedCount = 0;
  let die: (reason: string) => void = () => undefined;
  const dead = new Promise<string>((resolve) => (die = resolve));
  const lost = (fault: Error): void => {
    if (phase === 'stopping' || deadReason !== undefined) return;
    deadReason = `the connection to the log is beyond repair: ${fault.message}`;
    log.fatal({ fault: fault.message, stack: fault.stack }, deadReason);
    die(deadReason);
  };

  const hasActions = Object.keys(definition.actions).length > 0;
  const runner = actionRunner({
    actions: definition.actions,
    config,
    clock,
    log,
    concurrency,
    tell: ({ partition, key }, id, news) => hearing?.notify(partition, inbox, key, id, news) ?? false,
  });
  const readTables: Readonly<Record<string, TopicName>> = { ...definition.tables, ...guardTables(definition) };
  const inbox = inboxHearer({
    agent,
    instance,
    actions: definition.actions,
    ...guardsIn(() => tables?.views),
    start: runner.start,
  });
  const hearers = hasActions ? [...hearersOf(definition), inbox] : hearersOf(definition);

  const vitals = (): Vitals => {
    const reason = trouble();
    const partitions = hearing?.partitions ?? [];
    return {
      status:
        phase === 'stopping'
          ? 'STOPPING'
          : phase === 'starting'
            ? 'STARTING'
            : reason === undefined
              ? 'READY'
              : 'NOT_READY',
      reason: reason ?? '',
      load: Math.min(1, runner.running / concurrency),
      tasks: runner.running,
      partitions: partitions.map(({ number }) => number).sort((a, b) => a - b),
      lag: partitions.reduce((sum, { lag }) => sum + lag, 0),
    };
  };

  const trouble = (): string | undefined => {
    if (phase === 'stopping') return 'stopping';
    if (deadReason !== undefined) return deadReason;
    if (phase === 'starting') return startTrouble;
    return tables?.trouble ?? hearing?.trouble ?? outbox.trouble ?? tally.storeTrouble;
  };

  const inFlight = (): number =>
    (hearing?.partitions ?? []).reduce((sum, partition) => sum + partition.inFlight, outbox.waiting);

  /** Work that lies there while nothing moves and nothing outside is to blame: only a restart helps. */
  const stuckReason = (): string | undefined => {
    const count = tally.handled + tally.ignored + tally.rejected + tally.repeated + tally.failed + tally.retried;
    if (count !== movedCount || inFlight() === 0 || trouble() !== undefined)
      [movedAt, movedCount] = [clock.now(), count];
    return clock.now() - movedAt > stuckAfterMs
      ? `nothing was handled for ${stuckAfterMs / 1_000} s although messages wait`
      : undefined;
  };

  /** Repeats a step of the start until it works, and says what it waits for. */
  const insist = async <R>(what: string, step: () => Promise<R>): Promise<R | undefined> => {
    const isStopping = (): boolean => phase === 'stopping';
    for (let attempt = 1; !isStopping(); attempt += 1) {
      try {
        startTrouble = what;
        return await step();
      } catch (error) {
        startTrouble = `${what}: ${messageOf(error)}`;
        if (attempt === 1 || attempt % 10 === 0) log.warn({ fault: messageOf(error), attempt }, `${what}: not yet`);
        await pause(clock, delayAfter({ ...defaultBackoff, maxMs: 5_000 }, attempt, clock.random) ?? 5_000);
      }
    }
    return undefined;
  };

  const reads = [...hearers.flatMap(({ topics }) => topics), ...Object.values(readTables)];
  const deadLetters = hearers.flatMap(({ topics }) => topics.map((topic) => deadLetterTopic(topic, group)));
  const ownTopics: TopicName[] = ['muster.agent-cards.v1', 'muster.agent-heartbeats.v1', 'muster.alerts.v1'];
  const taskTopics: TopicName[] = hasActions
    ? ['muster.task-results.v1', 'muster.task-progress.v1', inboxOf(agent)]
    : [];
  const writes = [...new Set([...definition.publishes, ...ownTopics, ...taskTopics])];

  const start = async (): Promise<void> => {
    await insist('checking that its topics exist', () => topicsExist(bus, [...reads, ...writes, ...deadLetters]));
    await insist('reading its schemas', () => bus.warm({ reads, writes }));
    await insist('reaching the state store', () => store.ping());
    tables = await insist('reading its tables', () => followTables(bus, clock, readTables, log, lost, guardReaches));
    const isWaiting = (): boolean => phase === 'starting' && tables?.trouble !== undefined;
    while (isWaiting()) await pause(clock, 20);
    if (phase !== 'starting') return;
    if (hearers.length > 0) {
      hearing = await insist('joining its group', () =>
        hear({
          host: {
            agent,
            group,
            hearers,
            config,
            tables: (tables?.views ?? {}) as AnyContext['tables'],
            bus,
            store,
            outbox,
            turns: turnsOf(clock),
            sideThread,
            clock,
            log,
            tally,
            commitEveryMs,
            storeAtOnce,
          },
          owner,
          lost,
          stopped: (reason) => void stopHearing(reason),
        }),
      );
    }
    if (phase !== 'starting') return;
    phase = 'running';
    // The first heartbeat should tell of an agent that is there, if it is so far soon.
    const isJoining = (): boolean => hearing?.trouble !== undefined;
    for (let waited = 0; waited < patienceMs && isJoining(); waited += 20) await pause(clock, 20);
    const heartbeats = { heartbeat: heartbeat(definition, instance, startedAt, vitals) };
    sensing = sense({
      agent,
      owner,
      sensors: { ...definition.sensors, ...heartbeats },
      config,
      tables: (tables?.views ?? {}) as AnyContext['tables'],
      bus,
      store,
      clock,
      log,
    });
    await insist('publishing its card', () =>
      publishFresh(bus, agent, clock.now(), [
        { topic: 'muster.agent-cards.v1', value: cardOf(definition, concurrency) },
      ]),
    );
    log.info({ group, topics: [...new Set(reads)] }, 'agent started');
  };

  /** Too many dead letters: stop taking messages, stay up, and say so where people look. */
  const stopHearing = async (reason: string): Promise<void> => {
    log.fatal({ reason }, 'the agent stopped taking messages');
    await hearing?.drain();
    const value = {
      fingerprint: `muster/${agent}/dead-letters`,
      status: 'FIRING' as const,
      severity: 'CRITICAL' as const,
      target: `muster/${agent}`,
      category: 'MESH' as const,
      title: `${agent} stopped taking messages`,
      description: `${instance} ${reason}.`,
      startsAt: clock.now(),
    };
    await publishFresh(bus, agent, clock.now(), [{ topic: 'muster.alerts.v1', value }]).catch((error: unknown) =>
      log.error({ fault: messageOf(error) }, 'the alert about it could not be published'),
    );
  };

  const started = start().catch((error: unknown) => lost(error instanceof Error ? error : new Error(String(error))));

  return {
    agent,
    instance,
    tally,
    trouble,
    deadReason: () => deadReason ?? stuckReason(),
    vitals,
    inFlight,
    keys: () => (hearing?.partitions ?? []).reduce((sum, { keys }) => sum + keys, 0),
    positions: () =>
      new Map(
        (hearing?.partitions ?? []).flatMap(({ number, positions }) =>
          [...positions()].map(([topic, offset]) => [`${topic}/${number}`, offset] as const),
        ),
      ),
    dead,
    async stop(deadlineMs) {
      const until = clock.now() + deadlineMs;
      const left = (share = 1): number => Math.max(0, (until - clock.now()) * share);
      phase = 'stopping';
      await within(clock, left(), started);
      await within(clock, left(0.2), sensing?.stop());
      await within(clock, left(), runner.stop(left(0.5)));
      await within(clock, left(0.7), hearing?.drain());
      await within(clock, left(0.7), outbox.settled());
      await Promise.all([hearing?.leave(left()), tables?.stop(left())]);
      log.info({}, 'agent stopped');
    },
  };
}
