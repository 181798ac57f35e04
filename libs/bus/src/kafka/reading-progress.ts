/** Until when each owned partition has been read: the clock of whoever must not act before records that were there first. */
import type { TopicPartition } from '../log.ts';
import { nameOf } from './start-offsets.ts';

export interface ReadingProgress {
  /** Everything the partition held at `at` (epoch ms) has been handed over, as far as one answer carries. */
  read(partition: TopicPartition, at: number): void;
  /** The earliest of all partitions but the `excepted`; 0 while one was never read, undefined without any. */
  through(excepted: ReadonlyMap<string, unknown>): number | undefined;
  /** What is excepted has changed. */
  changed(): void;
}

export function readingProgress(partitions: readonly TopicPartition[]): ReadingProgress {
  const readAt = new Map(partitions.map((partition) => [nameOf(partition), 0]));
  let earliest: number | undefined;
  let isCurrent = false;

  return {
    read(partition, at) {
      readAt.set(nameOf(partition), at);
      isCurrent = false;
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
      isCurrent = true;
      return earliest;
    },
  };
}
