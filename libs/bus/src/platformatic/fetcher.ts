/**
 * Reads some partitions from their leaders and hands over what it reads: one request a leader at a time, over connections
 * of its own. Brokers that are away or moving hold up only their own partitions.
 */
import { naps } from '../kafka/nap.ts';
import type { ConnectionOptions, Fetching } from '../kafka/log-options.ts';
import type { ReadingProgress } from '../kafka/reading-progress.ts';
import { nameOf, startPositions, warnOfGap } from '../kafka/start-offsets.ts';
import type { StartPosition } from '../kafka/start-offsets.ts';
import type { Topology } from '../kafka/topology.ts';
import type { RecordBatch, TopicPartition } from '../log.ts';
import type { Cluster } from './cluster.ts';
import { CODES, isOutage, reasonOf } from './faults.ts';
import { fetchApi, recordsOf } from './fetch.ts';
import type { FetchedPartition } from './fetch.ts';
import type { Link } from './link.ts';
import { offsetLookUp } from './offset-look-up.ts';

/** What reading needs, whoever reads. */
export interface ReadingContext {
  readonly cluster: Cluster;
  readonly topology: Topology;
  readonly connection: ConnectionOptions;
  readonly fetching: Fetching;
}

export interface FetcherOptions {
  readonly maxBytesPerPartition: number;
  records(batch: RecordBatch): void;
  /** Everything the partition held at `at` (epoch ms) has been handed over, as far as one answer carries. */
  read: ReadingProgress['read'];
  /** What no waiting can repair; nothing is read any more. */
  failed(fault: Error): void;
}

export interface Fetcher {
  start(positions: readonly StartPosition[]): void;
  /** Before the start, too. */
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** Offset that is fetched next; undefined before the start. */
  nextOffset(partition: TopicPartition): number | undefined;
  readonly paused: ReadonlyMap<string, TopicPartition>;
  /** At once: nothing is handed over after it. */
  stop(): void;
}

interface Reading extends TopicPartition {
  readonly name: string;
  offset: number;
  isInFlight: boolean;
  /** Epoch ms before which it is not tried again. */
  retryAt: number;
}

const RETRY_MS = 250;
/** How long a fetch may hold when a partition was paused just now, so that it is read again soon after it is resumed. */
const WAIT_WHILE_PAUSED_MS = 25;
/** In a row, of a kind that waiting does not repair. */
const MAX_FAULTS = 3;
const NOBODY = -1;

export function fetcherOf(
  { cluster, topology, connection, fetching }: ReadingContext,
  options: FetcherOptions,
): Fetcher {
  const { logger } = connection;
  const { maxBytesPerPartition } = options;
  const offsets = offsetLookUp(cluster);
  const readings = new Map<string, Reading>();
  const paused = new Map<string, TopicPartition>();
  const links = new Map<number, Link>();
  const lanes = new Set<number>();
  const { nap, wake } = naps();
  let pausedAt = 0;
  let faults = 0;
  let isStopped = false;

  const leaderOf = ({ topic, partition }: TopicPartition) => topology.leaders(topic)?.[partition] ?? NOBODY;
  const wanted = () => [...readings.values()].filter(({ name }) => !paused.has(name));
  /** A short pause is likely to end soon; while a long one lasts, fetches need not hurry. */
  const maxWaitMs = () =>
    paused.size === 0
      ? fetching.fetchMaxWaitMs
      : Math.min(fetching.fetchMaxWaitMs, Math.max(WAIT_WHILE_PAUSED_MS, Math.round((Date.now() - pausedAt) / 4)));

  const pump = () => {
    if (isStopped) return;
    for (const reading of wanted()) {
      const leader = leaderOf(reading);
      if (!reading.isInFlight && !lanes.has(leader)) void lane(leader);
    }
  };
  /** Reads what one broker leads, until there is nothing. */
  const lane = async (leader: number) => {
    lanes.add(leader);
    for (;;) {
      const led = wanted().filter((reading) => !reading.isInFlight && leaderOf(reading) === leader);
      if (isStopped || led.length === 0) break;
      const now = Date.now();
      const due = led.filter(({ retryAt }) => retryAt <= now);
      if (due.length === 0) await nap(RETRY_MS);
      else if (leader === NOBODY) await findLeaders(due);
      else await round(leader, due);
    }
    lanes.delete(leader);
    links.get(leader)?.close();
    links.delete(leader);
    pump();
  };
  const findLeaders = async (of: readonly Reading[]) => {
    const topics = new Set(of.map(({ topic }) => topic));
    await Promise.all([...topics].map((topic) => topology.lookUp(topic).catch(() => false)));
    if (of.every((reading) => leaderOf(reading) === NOBODY)) await nap(RETRY_MS);
  };
  const round = async (leader: number, due: readonly Reading[]) => {
    for (const reading of due) reading.isInFlight = true;
    try {
      const startedAt = Date.now();
      const link = await linkOf(leader);
      const { maxFetchBytes: maxBytes } = fetching;
      const answer = await link.call(fetchApi, {
        maxWaitMs: maxWaitMs(),
        maxBytes,
        maxBytesPerPartition,
        positions: due,
      });
      for (const fetched of answer) {
        if (isStopped) return;
        take(fetched, startedAt);
      }
      await repair(answer.filter(({ errorCode }) => errorCode !== 0));
      faults = 0;
    } catch (error) {
      await recover(leader, due, error);
    } finally {
      for (const reading of due) reading.isInFlight = false;
    }
  };
  const linkOf = async (leader: number): Promise<Link> => {
    const there = links.get(leader);
    if (there) return there;
    const opened = cluster.link(await cluster.addressOf(leader), fetching.fetchMaxWaitMs + connection.requestTimeoutMs);
    if (isStopped) opened.close();
    links.set(leader, opened);
    return opened;
  };
  const take = (fetched: FetchedPartition, startedAt: number) => {
    const reading = readings.get(nameOf(fetched));
    if (!reading || fetched.errorCode !== 0 || paused.has(reading.name)) return;
    const { topic, partition, endOffset } = fetched;
    const { records, nextOffset } = recordsOf(fetched, reading.offset);
    const hadBytes = nextOffset !== undefined && nextOffset > reading.offset;
    // An answer that others have filled says nothing of a partition that still holds something.
    if (!hadBytes && reading.offset < fetched.readableOffset) return;
    if (hadBytes) {
      reading.offset = nextOffset;
      // Behind the others in the next answer, which may be full before it comes to all.
      readings.delete(reading.name);
      readings.set(reading.name, reading);
    }
    if (records.length > 0) options.records({ topic, partition, records, endOffset, nextOffset: reading.offset });
    const [first] = records;
    options.read(reading, startedAt, first && { stampedAt: first.timestamp, now: Date.now() });
  };
  const repair = async (failed: readonly FetchedPartition[]) => {
    if (failed.length === 0) return;
    const moved = new Set<string>();
    for (const { topic, partition, errorCode } of failed) {
      const reading = readings.get(nameOf({ topic, partition }));
      if (!reading) continue;
      if (errorCode === CODES.offsetOutOfRange) await reposition(reading);
      else {
        logger('debug', `Reading ${reading.name} failed: Kafka's error ${errorCode}. It is repeated.`, {});
        reading.retryAt = Date.now() + RETRY_MS;
        moved.add(topic);
      }
    }
    await Promise.all([...moved].map((topic) => topology.lookUp(topic).catch(() => false)));
  };
  const reposition = async (reading: Reading) => {
    const { topic, partition, offset } = reading;
    const [position] = await startPositions(offsets, [{ topic, partition, at: 'offset', offset }]);
    if (isStopped) return;
    reading.offset = position!.offset;
    warnOfGap(position!, logger);
  };
  const recover = async (leader: number, due: readonly Reading[], error: unknown) => {
    if (isStopped) return;
    links.get(leader)?.close();
    links.delete(leader);
    if (!isOutage(error) && ++faults >= MAX_FAULTS) {
      fetcher.stop();
      options.failed(error as Error);
      return;
    }
    const level = isOutage(error) ? 'debug' : 'warn';
    logger(level, `A fetch failed: ${reasonOf(error)}. It is repeated.`, {});
    for (const reading of due) reading.retryAt = Date.now() + RETRY_MS;
    await findLeaders(due);
  };

  const fetcher: Fetcher = {
    paused,
    start(positions) {
      for (const { topic, partition, offset } of positions) {
        const name = nameOf({ topic, partition });
        readings.set(name, { topic, partition, name, offset, isInFlight: false, retryAt: 0 });
      }
      pump();
    },
    pause(partitions) {
      for (const partition of partitions) paused.set(nameOf(partition), partition);
      pausedAt = Date.now();
    },
    resume(partitions) {
      for (const partition of partitions) paused.delete(nameOf(partition));
      pump();
    },
    nextOffset: (partition) => readings.get(nameOf(partition))?.offset,
    stop() {
      isStopped = true;
      wake();
      for (const link of links.values()) link.close();
    },
  };
  return fetcher;
}
