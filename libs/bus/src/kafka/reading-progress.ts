/** Until when each owned partition has been read: the clock of whoever must not act before records that were there first. */
import type { TopicPartition } from '../log.ts';
import { nameOf } from './start-offsets.ts';

export interface ReadingProgress {
  /**
   * Everything the partition held at `at` (epoch ms) has been handed over, as far as one answer carries. `stampedAt`: of its first record, where it
   * brought any; `now`: when it came.
   */
  read(partition: TopicPartition, at: number, answer?: { readonly stampedAt: number; readonly now: number }): void;
  /** The earliest of all partitions but the `excepted`; 0 while one was never read, undefined without any. */
  through(excepted: ReadonlyMap<string, unknown>): number | undefined;
  /** What is excepted has changed. */
  changed(): void;
}

/**
 * A leader stamps a record when it appends it; readers see it when the replicas have it. A fetch in between comes back empty, and what it says is true only
 * of the time before. How long that takes is measured on the records that come, and remembered for half a minute or so.
 */
const mostUnseenMs = 2_000;
const rememberMs = 15_000;

export function readingProgress(partitions: readonly TopicPartition[]): ReadingProgress {
  const readAt = new Map(partitions.map((partition) => [nameOf(partition), 0]));
  let earliest: number | undefined;
  let isCurrent = false;
  let unseen = { ms: 0, beforeMs: 0, since: Number.NEGATIVE_INFINITY };

  return {
    read(partition, at, answer) {
      readAt.set(nameOf(partition), at);
      isCurrent = false;
      if (answer === undefined) return;
      const { stampedAt, now } = answer;
      if (now - unseen.since > rememberMs) unseen = { ms: 0, beforeMs: unseen.ms, since: now };
      unseen.ms = Math.max(unseen.ms, Math.min(mostUnseenMs, now - stampedAt));
    },
    changed() {
      isCurrent = false;
    },
    through(excepted) {
      if (isCurrent) return earliest;
      earliest = undefined;
      for (const [name, at] of readAt) {
        if (!excepted.has(name) && (earliest === undefined || at < earliest)) earliest = at;
      }
      if (earliest !== undefined && earliest > 0) earliest -= Math.max(unseen.ms, unseen.beforeMs);
      isCurrent = true;
      return earliest;
    },
  };
}
