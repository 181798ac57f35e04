import type {
  LogAdmin,
  Assignment,
  Membership,
  RecordBatch,
  StartAt,
  TopicPartition,
  TopicPartitionOffset,
} from '@muster/bus';
import { messageOf } from '@muster/resilience';
import type { TopicName } from '@muster/schemas';
import { pause } from './clock.ts';
import { deadLetterLimit } from './dead-letter-limit.ts';
import type { Hearer } from './lane.ts';
import { openPartition, type Partition } from './partition.ts';
import type { Host } from './tenure.ts';

/** An instance's part in its agent's consumer group: which partition numbers are ours, and what becomes of them. */
export interface Hearing {
  notify(partition: number, hearer: Hearer, key: string, id: string, notice: unknown): boolean;
  /** Why it is not ready for messages; a member without partitions is a healthy standby. */
  readonly trouble: string | undefined;
  readonly partitions: readonly Partition[];
  /** Stops taking messages; what was taken may still be finished. */
  drain(): Promise<void>;
  leave(deadlineMs: number): Promise<void>;
}

export interface HearingOptions {
  readonly host: Omit<
    Host,
    | 'deliveredThrough'
    | 'isConfirmed'
    | 'sessionMs'
    | 'outlived'
    | 'partitions'
    | 'flow'
    | 'committed'
    | 'dispossessed'
    | 'dealtWith'
  >;
  /** Unique to this process. */
  readonly owner: string;
  /** The membership is over for good. */
  lost(fault: Error): void;
  /** So many messages became dead letters that going on would do harm. */
  stopped(reason: string): void;
}

const commitToLogEveryMs = 1_000;
const commitAgainAfterMs = 200;
const reopenAfterFencedMs = 2_000;
/** How long a dead member's partitions lie idle; the least that brokers allow by default. */
const sessionTimeoutMs = 6_000;
/** The broker counts from when it got our heartbeat, we from its answer. */
const confirmedForMs = 0.8 * sessionTimeoutMs;

export async function hear({ host: base, owner, lost, stopped }: HearingOptions): Promise<Hearing> {
  const { clock, bus, group, log, store } = base;
  /** By topic, how far back the handlers that hear it reach. */
  const horizons = new Map<TopicName, 'all' | number>();
  for (const { topics: heard, horizon } of base.hearers)
    for (const topic of heard) horizons.set(topic, longer(horizons.get(topic) ?? 0, horizon));
  const topics = [...horizons.keys()];
  /** Heard by one handler together with others. */
  const sisters = new Set(base.hearers.flatMap(({ topics: heard }) => (heard.length > 1 ? heard : [])));
  const partitions = new Map<number, Partition>();
  const limit = deadLetterLimit();
  let generation = -1;
  let isAssigned = false;
  let stopReason: string | undefined;
  let toCommit = new Map<string, TopicPartitionOffset>();
  let cancelCommit: (() => void) | undefined;
  let settleJoined: (membership: Membership) => void;
  const joined = new Promise<Membership>((resolve) => (settleJoined = resolve));
  let membership: Membership | undefined;

  const topicPartitionsOf = (number: number): TopicPartition[] => topics.map((topic) => ({ topic, partition: number }));

  /** `false`: the log did not take them. */
  const commitToLog = async (): Promise<boolean> => {
    cancelCommit?.();
    cancelCommit = undefined;
    const offsets = [...toCommit.values()];
    toCommit = new Map();
    const during = generation;
    if (offsets.length === 0 || membership === undefined) return true;
    try {
      await membership.commit(during, offsets);
      return true;
    } catch (error) {
      // The offset that counts is stored with the state; this one serves tools, and says what was published before.
      log.debug({ fault: messageOf(error) }, 'offsets not committed to the log; the next commit has them');
      if (during !== generation) return true;
      for (const offset of offsets)
        if (!toCommit.has(`${offset.topic}/${offset.partition}`))
          toCommit.set(`${offset.topic}/${offset.partition}`, offset);
      return false;
    }
  };

  const host: Host = {
    ...base,
    sessionMs: sessionTimeoutMs,
    outlived: new Map(),
    deliveredThrough: () => membership?.deliveredThrough ?? 0,
    isConfirmed: () => membership === undefined || clock.now() - membership.confirmedAt < confirmedForMs,
    partitions: () => partitions.size,
    flow(number, isOpen, topic) {
      const which = topic === undefined ? topicPartitionsOf(number) : [{ topic, partition: number }];
      if (isOpen) membership?.resume(which);
      else membership?.pause(which);
    },
    committed(partition, offsets) {
      for (const [topic, offset] of offsets) toCommit.set(`${topic}/${partition}`, { topic, partition, offset });
      cancelCommit ??= clock.after(commitToLogEveryMs, () => void commitToLog());
    },
    dispossessed(number, cause) {
      log.warn(
        { partition: number, cause },
        cause === 'lost'
          ? 'the state store went back in time; reading again from the log'
          : 'a newer owner has the partition',
      );
      const during = generation;
      const again = (): void => {
        if (during !== generation || !partitions.has(number)) return;
        partitions.delete(number);
        void readAgain();
      };
      /** What has left must not leave again because the store forgot it: first the log hears how far that was. */
      const readAgain = async (): Promise<void> => {
        for (;;) {
          const isDone = await commitToLog();
          if (during !== generation) return;
          if (isDone) break;
          await pause(clock, commitAgainAfterMs);
        }
        membership?.reassign();
      };
      clock.after(cause === 'lost' ? 0 : reopenAfterFencedMs, again);
    },
    dealtWith(isDeadLetter) {
      const reason = limit.note(isDeadLetter, clock.now());
      if (reason === undefined || stopReason !== undefined) return;
      stopReason = `stopped: ${reason}; look at the dead letters of ${group}, mend the cause, then restart the agent`;
      stopped(stopReason);
    },
  };

  const open = async (
    number: number,
    assignment: Assignment,
    committed: readonly TopicPartitionOffset[],
    ends: LogAdmin['offsets'],
  ): Promise<readonly (TopicPartition & StartAt)[]> => {
    const ownership = { agent: base.agent, partition: number, generation: assignment.generation, owner };
    let opened = await store.open(ownership);
    if (opened.kind === 'fenced') {
      // Either we are a zombie, or the group's counter began again: the broker knows. It refuses a commit of a generation that is over.
      const proof =
        committed.length > 0 ? committed : topicPartitionsOf(number).map((each) => ({ ...each, offset: 0 }));
      await (await joined).commit(assignment.generation, proof);
      log.warn(
        { partition: number, stored: opened.generation, ours: assignment.generation },
        'the group counts its generations anew; taking the partition',
      );
      opened = await store.open(ownership, { force: true });
      if (opened.kind === 'fenced') throw new Error(`partition ${number} can't be taken`);
    }
    const publishedBelow = new Map(committed.map(({ topic, offset }) => [topic, offset]));
    const { offsets } = opened;
    const starts = await Promise.all(
      [...horizons].map(async ([topic, horizon]) => ({
        topic,
        partition: number,
        ...(await startOf({ topic, partition: number }, offsets.get(topic), publishedBelow.get(topic), horizon)),
      })),
    );
    const backlog = await Promise.all(
      starts
        .filter(({ topic }) => sisters.has(topic))
        .map(async (start) => {
          const { beginning = 0, end = 0 } =
            (await ends(start.topic)).find(({ partition }) => partition === number) ?? {};
          const from = start.at === 'offset' ? start.offset : start.at === 'beginning' ? beginning : undefined;
          return [start.topic, { from: beginning >= end ? end : from, to: end }] as const;
        }),
    );
    if (generation !== assignment.generation) return [];
    const tenure = { ownership, snapshot: opened, publishedBelow, backlog: new Map(backlog) };
    partitions.set(number, openPartition(host, tenure));
    return starts;
  };

  /** Where its state ends; without state, as far back as the state reaches, and at least where handling once stopped. */
  const startOf = async (
    { topic, partition }: TopicPartition,
    stored: number | undefined,
    handledBelow: number | undefined,
    horizon: 'all' | number,
  ): Promise<StartAt> => {
    if (stored !== undefined) return { at: 'offset', offset: stored };
    if (horizon === 'all') return { at: 'beginning' };
    const time = clock.now() - horizon;
    if (handledBelow === undefined) return { at: 'time', time };
    const reach = (await bus.log.admin.offsetsAt(topic, time)).find((each) => each.partition === partition)?.offset;
    return { at: 'offset', offset: Math.min(handledBelow, reach ?? handledBelow) };
  };

  const abandonAll = (): void => {
    for (const partition of partitions.values()) partition.abandon();
    partitions.clear();
    toCommit = new Map();
    isAssigned = false;
  };

  membership = await bus.log.join({
    group,
    topics,
    sessionTimeoutMs,
    listener: {
      async assigned(assignment, committed) {
        abandonAll();
        ({ generation } = assignment);
        const known = new Map<string, ReturnType<LogAdmin['offsets']>>();
        const ends: LogAdmin['offsets'] = (topic) => {
          const asked = known.get(topic) ?? bus.log.admin.offsets(topic);
          known.set(topic, asked);
          return asked;
        };
        const starts = await Promise.all(
          assignment.partitions.map((number) =>
            open(
              number,
              assignment,
              committed.filter(({ partition }) => partition === number),
              ends,
            ),
          ),
        );
        if (generation === assignment.generation) isAssigned = true;
        log.info({ generation: assignment.generation, partitions: assignment.partitions }, 'partitions assigned');
        return starts.flat();
      },
      revoked() {
        generation = -1;
        abandonAll();
      },
      records(batch: RecordBatch) {
        if (stopReason === undefined) partitions.get(batch.partition)?.deliver(batch);
      },
      lost,
    },
  });
  // oxlint-disable-next-line typescript/no-non-null-assertion
  settleJoined!(membership);

  return {
    notify: (number, hearer, key, id, notice) => partitions.get(number)?.notify(hearer, key, id, notice) ?? false,
    get trouble() {
      if (stopReason !== undefined) return stopReason;
      if (!isAssigned) return 'waiting for its partitions';
      return [...partitions.values()].some(({ isRebuilding }) => isRebuilding)
        ? 'rebuilding its state from the log'
        : undefined;
    },
    get partitions() {
      return [...partitions.values()];
    },
    async drain() {
      await Promise.all([...partitions.values()].map((partition) => partition.drain()));
      await commitToLog();
    },
    async leave(deadlineMs) {
      cancelCommit?.();
      await membership.leave(deadlineMs);
      abandonAll();
    },
  };
}

function longer(a: 'all' | number, b: 'all' | number): 'all' | number {
  return a === 'all' || b === 'all' ? 'all' : Math.max(a, b);
}
