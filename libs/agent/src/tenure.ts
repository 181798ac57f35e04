import type { Bus, LogRecord } from '@muster/bus';
import { defaultBackoff, delayAfter, messageOf } from '@muster/resilience';
import type { Ownership, PartitionSnapshot, StateStore } from '@muster/state';
import { pause, type Clock } from './clock.ts';
import type { AnyContext, Hearer } from './lane.ts';
import type { Logger } from './logs.ts';
import type { Outbox, Publisher } from './outbox.ts';
import { progressFrom, type Progress } from './progress.ts';
import type { SideThread } from './side-thread.ts';
import type { Tally } from './tally.ts';
import type { Turns } from './turns.ts';

/** What a partition needs of the instance that owns it. */
export interface Host {
  readonly agent: string;
  readonly group: string;
  readonly hearers: readonly Hearer[];
  readonly config: unknown;
  readonly tables: AnyContext['tables'];
  readonly bus: Bus;
  readonly store: StateStore;
  readonly outbox: Outbox;
  readonly turns: Turns;
  /** Where there is one, keys that compute long go there. */
  readonly sideThread?: SideThread | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tally: Tally;
  /** How long what was handled may wait to be stored, ms, when there is little of it. */
  readonly commitEveryMs: number;
  /** Keys stored in one request: of more, the offsets go with the last. */
  readonly storeAtOnce: number;
  /** How long the group waits for an instance that does not answer, ms. */
  readonly sessionMs: number;
  /**
   * topic/partition/offset -> how long its handler computed, ms, where that was longer than a session. Who meets such a message again sets it
   * aside: else one owner after the other would be thrown out over it, for ever.
   */
  readonly outlived: Map<string, number>;
  /** How many partitions share the process. */
  partitions(): number;
  /** Every record that the log took in before this time (epoch ms) has been delivered, save for halted partitions. */
  deliveredThrough(): number;
  /** The group has heard of us so lately that our partitions are still ours. */
  isConfirmed(): boolean;
  /** Full, or no longer full: stop or go on delivering, all topics or one. */
  flow(partition: number, isOpen: boolean, topic?: string): void;
  /** State and offsets are stored: the log may know. */
  committed(partition: number, offsets: ReadonlyMap<string, number>): void;
  /** A newer owner exists, or the store went back in time. */
  dispossessed(partition: number, cause: 'fenced' | 'lost'): void;
  dealtWith(isDeadLetter: boolean): void;
}

/** The time during which this instance owns a partition number; when it is over, nothing of it may reach the world. */
export interface Tenure extends Publisher {
  readonly host: Host;
  readonly number: number;
  readonly ownership: Ownership;
  readonly progresses: ReadonlyMap<string, Progress>;
  /** Epoch ms. */
  readonly beganAt: number;
  isOver: boolean;
  /** Delivery is stopped because too much is in flight. */
  isHalted: boolean;
  /** No new input: finish what is under way. */
  isDraining: boolean;
  /** The log's time as far as this partition has seen it: never ahead of a record that is still to come. Never goes back. */
  now(): number;
  /** All that was in the log when this began has been delivered; not known while delivery is stopped. */
  isServed(): boolean;
  /** Handles again what was handled, and published, before its state was lost. */
  isRebuilding(): boolean;
  wasPublished(place: Pick<LogRecord, 'topic' | 'offset'>): boolean;
  /** The store says that this tenure is over. */
  end(cause: 'fenced' | 'lost'): void;
  /** Repeats what needs the store until it answers; `undefined` when the tenure is over. */
  insist<R>(what: string, attempt: () => Promise<R>): Promise<R | undefined>;
}

export interface TenureStart {
  readonly ownership: Ownership;
  readonly snapshot: PartitionSnapshot;
  /** topic -> offset below which everything was published before. */
  readonly publishedBelow: ReadonlyMap<string, number>;
  /** topic -> what there is to catch up with: where reading begins (if that is known) and the log's end. Of topics that are joined. */
  readonly backlog: ReadonlyMap<string, { readonly from: number | undefined; readonly to: number }>;
}

export function beginTenure(host: Host, { ownership, snapshot, publishedBelow }: TenureStart): Tenure {
  const { clock } = host;
  const topics = host.hearers.flatMap((hearer) => hearer.topics);
  const progresses = new Map(
    topics.map((topic) => [topic as string, progressFrom(topic, snapshot.offsets.get(topic))]),
  );
  const beganAt = clock.now();
  const rebuilding = new Set(
    topics.filter((topic) => (publishedBelow.get(topic) ?? 0) > Math.max(0, snapshot.offsets.get(topic) ?? 0)),
  );
  let time = 0;

  const tenure: Tenure = {
    host,
    number: ownership.partition,
    ownership,
    progresses,
    beganAt,
    isOver: false,
    isHalted: false,
    isDraining: false,
    get isUnsure() {
      return !host.isConfirmed();
    },
    now() {
      let latest = host.deliveredThrough();
      for (const progress of progresses.values()) {
        if (tenure.isHalted || progress.nextOffset < progress.endOffset)
          latest = Math.min(latest, progress.lastTimestamp);
      }
      time = Math.max(time, latest);
      return time;
    },
    isServed: () => !tenure.isHalted && host.deliveredThrough() > beganAt,
    isRebuilding() {
      for (const topic of rebuilding) {
        const progress = progresses.get(topic);
        if (progress === undefined || progress.nextOffset >= (publishedBelow.get(topic) ?? 0)) rebuilding.delete(topic);
        // What there was to read again may have left the log meanwhile.
        else if (tenure.isServed() && progress.nextOffset >= progress.endOffset) rebuilding.delete(topic);
      }
      return rebuilding.size > 0;
    },
    wasPublished: (record) => rebuilding.size > 0 && record.offset < (publishedBelow.get(record.topic) ?? 0),
    end(cause) {
      if (tenure.isOver) return;
      tenure.isOver = true;
      host.dispossessed(tenure.number, cause);
    },
    async insist(what, attempt) {
      for (let tries = 1; !tenure.isOver; tries += 1) {
        try {
          const result = await attempt();
          host.tally.storeTrouble = undefined;
          return tenure.isOver ? undefined : result;
        } catch (error) {
          host.tally.storeTrouble = `can't ${what}: ${messageOf(error)}`;
          if (tries === 1)
            host.log.warn({ partition: ownership.partition, fault: messageOf(error) }, `can't ${what}; waiting`);
          await pause(clock, delayAfter({ ...defaultBackoff, maxMs: 2_000 }, tries, clock.random) ?? 2_000);
        }
      }
      // Whoever still has it will say so again.
      host.tally.storeTrouble = undefined;
      return undefined;
    },
  };
  return tenure;
}
