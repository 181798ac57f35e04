/** One generation of one member: from the assignment to the offset at which each of its partitions starts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Assignment, GroupListener, StartAt, TopicPartition, TopicPartitionOffset } from '../log.ts';
import type { ClientLogger } from './calm-log.ts';
import { backoffMs } from './nap.ts';
import { readingProgress } from './reading-progress.ts';
import type { ReadingProgress } from './reading-progress.ts';
import { rootCause } from './root-cause.ts';
import { nameOf, startPositions, warnOfGap } from './start-offsets.ts';
import type { OffsetLookUp, StartPosition } from './start-offsets.ts';

const MAX_BACKOFF_MS = 5_000;

export interface Generation {
  readonly assignment: Assignment;
  /** The listener has heard of it. */
  readonly isTold: boolean;
  /** Every partition has its start; records may come. */
  readonly isReady: boolean;
  readonly progress: ReadingProgress;
  /** Asks the listener where to start, as often as it takes, and sets the partitions there. */
  settle(): Promise<void>;
  end(): void;
}

export interface GenerationOptions {
  readonly group: string;
  readonly assignment: Assignment;
  readonly listener: Pick<GroupListener, 'assigned'>;
  readonly logger: ClientLogger;
  committed(partitions: readonly TopicPartition[]): Promise<readonly TopicPartitionOffset[]>;
  readonly offsets: OffsetLookUp;
  /** Sets the partitions to where they start. */
  place(positions: readonly StartPosition[]): void;
}

export function generationOf(options: GenerationOptions): Generation {
  const { group, assignment, listener, logger } = options;
  const over = new AbortController();
  let isTold = false;
  let isReady = false;

  /** Tries until it succeeds; undefined when the generation ended before. */
  const persist = async <T>(doing: string, attempt: () => Promise<T>): Promise<T | undefined> => {
    for (let failures = 0; !over.signal.aborted; failures++) {
      try {
        const result = await attempt();
        return over.signal.aborted ? undefined : result;
      } catch (error) {
        if (over.signal.aborted) return undefined;
        logger('warn', `${doing} failed: ${rootCause(error).message}. It is tried again; no records come before.`, {
          group,
          generation: assignment.generation,
        });
        const { signal } = over;
        await sleep(backoffMs(failures, MAX_BACKOFF_MS), undefined, { signal }).catch(() => undefined);
      }
    }
    return undefined;
  };

  return {
    assignment,
    progress: readingProgress(assignment.topicPartitions),
    get isTold() {
      return isTold;
    },
    get isReady() {
      return isReady;
    },
    async settle() {
      const committed = await persist('Looking up committed offsets', () =>
        options.committed(assignment.topicPartitions),
      );
      if (!committed) return;
      const starts = await persist('The listener of an assignment', () => {
        isTold = true;
        return listener.assigned(assignment, committed);
      });
      if (!starts) return;
      const wanted = withDefaults(assignment.topicPartitions, committed, starts);
      const positions = await persist('Looking up where to start', () => startPositions(options.offsets, wanted));
      if (!positions) return;
      for (const position of positions) warnOfGap(position, logger);
      isReady = true;
      options.place(positions);
    },
    end() {
      over.abort();
    },
  };
}

/** What the listener says, else the committed offset, else the end. */
function withDefaults(
  owned: readonly TopicPartition[],
  committed: readonly TopicPartitionOffset[],
  starts: readonly (TopicPartition & StartAt)[],
): (TopicPartition & StartAt)[] {
  const named = new Map<string, TopicPartition & StartAt>([
    ...committed.map((offset) => [nameOf(offset), { ...offset, at: 'offset' as const }] as const),
    ...starts.map((start) => [nameOf(start), start] as const),
  ]);
  return owned.map(({ topic, partition }) => ({
    ...(named.get(nameOf({ topic, partition })) ?? { at: 'end' as const }),
    topic,
    partition,
  }));
}
