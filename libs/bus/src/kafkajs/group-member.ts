/** A member of a consumer group: tells its listener what is assigned, revoked and read, and nothing of a generation that is over. */
import type { ConnectionOptions, Fetching } from '../kafka/log-options.ts';
import { FencedError } from '../log.ts';
import type { GroupOptions, Membership, TopicPartition } from '../log.ts';
import type { Held } from '../kafka/co-partition.ts';
import { isFencing, rootOf, toLogError } from './faults.ts';
import { recoverFetch } from './fetch-recovery.ts';
import { generationOf } from '../kafka/generation.ts';
import type { Generation } from '../kafka/generation.ts';
import {
  assignmentOf,
  commitOffsets,
  committedOffsets,
  findCoordinator,
  offsetLookUp,
  seek,
} from './group-coordinator.ts';
import type { ConsumerGroup, FetchedBatch } from './internals.ts';
import { lastingConsumer } from './lasting-consumer.ts';
import { groupSettings } from '../kafka/group-settings.ts';
import { heartbeatPace } from '../kafka/heartbeat-pace.ts';
import { abandonable, naps } from '../kafka/nap.ts';
import type { GroupObserver } from './observed-group.ts';
import { nextOffsetOf, toRecordBatch } from './records.ts';
import { nameOf } from '../kafka/start-offsets.ts';
import type { StartPosition } from '../kafka/start-offsets.ts';

/** How long a fetch may hold when a partition was paused just now, so that it is read again soon after it is resumed. */
const WAIT_WHILE_PAUSED_MS = 25;
const NAP_MS = 100;
/** While it leaves, until kafkajs has noticed. */
const LEAVING_NAP_MS = 5;
const HEARTBEAT_RETRY_MS = 250;
/** Of the session timeout: so long heartbeats may fail before the generation counts as lost. */
const PATIENCE = 0.8;
const FAREWELL_MS = 2_000;

export interface MemberOptions extends GroupOptions {
  /** Where each partition starts, once it is settled. */
  positioned?(positions: readonly StartPosition[]): void;
}

export interface Member extends Membership {
  /** Offset that is fetched next; undefined while nothing is assigned. */
  nextOffset(partition: TopicPartition): number | undefined;
}

/** Joins at once and for as long as it takes; brokers need not be there yet. */
export function groupMember(connection: ConnectionOptions, fetching: Fetching, options: MemberOptions): Member {
  const { listener, group: groupId } = options;
  const { logger } = connection;
  const { sessionTimeoutMs, heartbeatIntervalMs, maxBytesPerPartition } = groupSettings(options);
  const pace = heartbeatPace(heartbeatIntervalMs);
  const { nap, wake } = naps();
  const fetchesUnderWay = abandonable<FetchedBatch[]>();
  const paused = new Map<string, TopicPartition>();
  const fetches = new WeakMap<object, { readonly generation: Generation; readonly startedAt: number }>();
  let group: ConsumerGroup | undefined;
  let generation: Generation | undefined;
  let joining: Promise<void> | undefined;
  let held: Held = { generation: -1, partitions: [] };
  let lastMemberId: string | null = null;
  let confirmedAt = Date.now();
  let nextHeartbeatAt = 0;
  let pausedAt = 0;
  let isSilent = false;

  const fail = (fault: Error) => {
    if (isSilent) return;
    isSilent = true;
    generation?.end();
    fetchesUnderWay.abandon();
    void consumer.close(FAREWELL_MS);
    listener.lost(fault);
  };
  /** The listener must not throw; if it does, that is a bug, and going on would skip what it was told. */
  const tell = (call: () => void) => {
    if (isSilent) return;
    try {
      call();
    } catch (error) {
      fail(rootOf(error));
    }
  };
  /** A short pause is likely to end soon; while a long one lasts, fetches need not hurry. */
  const fetchWaitMs = () =>
    paused.size === 0
      ? fetching.fetchMaxWaitMs
      : Math.min(fetching.fetchMaxWaitMs, Math.max(WAIT_WHILE_PAUSED_MS, Math.round((Date.now() - pausedAt) / 4)));
  const end = () => {
    const over = generation;
    if (!over) return;
    generation = undefined;
    group?.subscriptionState.resume(byTopic(paused.values()));
    paused.clear();
    over.end();
    if (over.isTold) tell(() => listener.revoked(over.assignment.generation));
  };
  const begin = (joined: ConsumerGroup) => {
    const begun = generationOf({
      group: groupId,
      assignment: assignmentOf(joined),
      listener,
      logger,
      committed: (partitions) => committedOffsets(joined, partitions),
      offsets: offsetLookUp(joined),
      place(positions) {
        for (const position of positions) seek(joined, position);
        options.positioned?.(positions);
        wake();
      },
    });
    confirmedAt = Date.now();
    generation = begun;
    held = begun.assignment;
    lastMemberId = joined.memberId;
    joined.subscriptionState.pause(byTopic(paused.values()));
    if (!isSilent) void begun.settle();
  };

  const joinBy = async (of: ConsumerGroup, step: () => Promise<void>) => {
    try {
      await step();
      if (group === of) begin(of);
    } finally {
      joining = undefined;
    }
  };

  const observer: GroupObserver = {
    join(of, step) {
      if (joining && group === of) return joining;
      end();
      group = of;
      // A member that comes back under its old name need not be waited for.
      of.memberId ??= lastMemberId;
      joining = joinBy(of, step);
      return joining;
    },
    async fetch(of, step) {
      const current = generation;
      const isIdle = !current?.isReady || paused.size >= current.assignment.topicPartitions.length;
      if (isSilent || isIdle) {
        await nap(isSilent ? LEAVING_NAP_MS : NAP_MS);
        return [];
      }
      of.maxWaitTime = fetchWaitMs();
      const startedAt = Date.now();
      // kafkajs waits for it before it leaves, and the broker holds it while there is nothing to read.
      const batches = await fetchesUnderWay.of(step(), []);
      if (of !== group || current !== generation) return [];
      return batches.filter((batch) => {
        if (batch.messages.length > 0) {
          fetches.set(batch, { generation: current, startedAt });
          return true;
        }
        // Nothing to deliver, which kafkajs would take for a reason to walk on by one offset.
        if (batch.rawMessages.length > 0) of.resolveOffset({ ...batch, offset: String(nextOffsetOf(batch) - 1) });
        // An answer that others have filled says nothing of a partition that still holds something.
        if (of.offsetManager.nextOffset(batch.topic, batch.partition).toNumber() >= Number(batch.highWatermark))
          current.progress.read(batch, startedAt);
        return false;
      });
    },
    async heartbeat(of, step) {
      if (of !== group || joining || Date.now() < nextHeartbeatAt) return;
      if (!generation) throw rejoin();
      try {
        await step(pace.intervalMs);
      } catch (error) {
        const isHopeful = !isFencing(error) && Date.now() - confirmedAt < PATIENCE * sessionTimeoutMs;
        if (!isHopeful) {
          end();
          throw isFencing(error) ? error : rejoin();
        }
        logger('debug', `A heartbeat failed: ${rootOf(error).message}. The membership lasts for now.`, { groupId });
        await findCoordinator(of).catch(() => undefined);
        nextHeartbeatAt = Date.now() + HEARTBEAT_RETRY_MS;
      }
    },
    recover: (of, fault, step) => recoverFetch(of, fault, step, { logger, nap, cut: (broker) => consumer.cut(broker) }),
  };
  const consumer = lastingConsumer(connection, {
    ...fetching,
    group: groupId,
    topics: options.topics,
    sessionTimeoutMs,
    heartbeatIntervalMs,
    maxBytesPerPartition,
    observer,
    held: () => held,
    deliver(batch, resolve) {
      const fetch = fetches.get(batch);
      if (!fetch || fetch.generation !== generation || isSilent || paused.has(nameOf(batch))) return;
      pace.recordsCame();
      const delivered = toRecordBatch(batch);
      resolve(String(delivered.nextOffset - 1));
      fetch.generation.progress.read(batch, fetch.startedAt, {
        stampedAt: delivered.records[0]?.timestamp ?? Date.now(),
        now: Date.now(),
      });
      tell(() => listener.records(delivered));
    },
    confirmed() {
      confirmedAt = Date.now();
    },
    interrupted() {
      lastMemberId = group?.memberId ?? null;
      end();
      group = undefined;
    },
    failed: fail,
    async leaving() {
      // A member that is still joining can only leave when it is one.
      await joining?.catch(() => undefined);
      if (group?.memberId) await group.leave();
    },
  });

  return {
    pause(partitions) {
      for (const partition of partitions) paused.set(nameOf(partition), partition);
      group?.subscriptionState.pause(byTopic(partitions));
      generation?.progress.changed();
      pausedAt = Date.now();
    },
    resume(partitions) {
      for (const partition of partitions) paused.delete(nameOf(partition));
      group?.subscriptionState.resume(byTopic(partitions));
      generation?.progress.changed();
      wake();
    },
    async commit(of, offsets) {
      const fenced = (cause?: unknown) =>
        new FencedError(`Generation ${of} of group ${groupId} is over; stop handling what was assigned in it.`, {
          cause,
        });
      const current = generation;
      if (!group || !current || current.assignment.generation !== of) throw fenced();
      try {
        await commitOffsets(group, current.assignment, offsets);
        confirmedAt = Date.now();
      } catch (error) {
        if (!isFencing(error)) throw toLogError(error, `Committing offsets of group ${groupId}`);
        if (generation === current) end();
        throw fenced(error);
      }
      if (generation !== current) throw fenced();
    },
    reassign() {
      end();
      wake();
    },
    async leave(deadlineMs) {
      isSilent = true;
      generation?.end();
      wake();
      fetchesUnderWay.abandon();
      await consumer.close(deadlineMs);
    },
    nextOffset: ({ topic, partition }) =>
      generation?.isReady ? group?.offsetManager.nextOffset(topic, partition).toNumber() : undefined,
    get confirmedAt() {
      return confirmedAt;
    },
    get deliveredThrough() {
      return generation?.isReady ? (generation.progress.through(paused) ?? confirmedAt) : 0;
    },
  };
}

/** Makes kafkajs join again, as if the broker had asked for it. */
const rejoin = (): Error =>
  Object.assign(new Error('The member joins its group again.'), { type: 'REBALANCE_IN_PROGRESS' });

const byTopic = (partitions: Iterable<TopicPartition>) =>
  [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, of]) => ({
    topic,
    partitions: of.map(({ partition }) => partition),
  }));
