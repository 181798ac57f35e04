/** One generation of one member: from the assignment to the offset at which each of its partitions starts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Assignment, GroupListener, StartAt, TopicPartition, TopicPartitionOffset } from '../log.ts';
import type { ClientLogger } from './client-log.ts';
import { rootOf } from './faults.ts';
import { committedOffsets } from './group-coordinator.ts';
import type { ConsumerGroup } from './internals.ts';
import { backoffMs } from './nap.ts';
import { readingProgress } from './reading-progress.ts';
import type { ReadingProgress } from './reading-progress.ts';
import { nameOf, startPositions } from './start-offsets.ts';
import type { StartPosition } from './start-offsets.ts';

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
  readonly group: ConsumerGroup;
  readonly listener: Pick<GroupListener, 'assigned'>;
  readonly logger: ClientLogger;
  positioned(positions: readonly StartPosition[]): void;
}

export function generationOf({ group, listener, logger, positioned }: GenerationOptions): Generation {
  const over = new AbortController();
  const assignment = assignmentOf(group);
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
        logger('warn', `${doing} failed: ${rootOf(error).message}. It is tried again; no records come before.`, {
          group: group.groupId,
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
        committedOffsets(group, assignment.topicPartitions),
      );
      if (!committed) return;
      const starts = await persist('The listener of an assignment', () => {
        isTold = true;
        return listener.assigned(assignment, committed);
      });
      if (!starts) return;
      const wanted = withDefaults(assignment.topicPartitions, committed, starts);
      const positions = await persist('Looking up where to start', () => startPositions(group.cluster, wanted));
      if (!positions) return;
      for (const position of positions) seek(group, position, logger);
      isReady = true;
      positioned(positions);
    },
    end() {
      over.abort();
    },
  };
}

/** Makes kafkajs fetch from there next. Says so when the wanted offset is not in the log any more. */
export function seek(group: ConsumerGroup, position: StartPosition, logger: ClientLogger): void {
  const { topic, partition, offset, wanted } = position;
  group.seek({ topic, partition, offset: String(offset) });
  if (wanted === undefined) return;
  const sentence =
    wanted < offset
      ? `Records ${wanted} to ${offset - 1} of ${topic}/${partition} are no longer in the log (retention); reading goes on at ${offset}.`
      : `Offset ${wanted} of ${topic}/${partition} is beyond the end of the log (was the topic created again?); reading goes on at its beginning, ${offset}.`;
  logger('warn', sentence, { group: group.groupId });
}

function assignmentOf(group: ConsumerGroup): Assignment {
  const topicPartitions = group
    .assigned()
    .flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })))
    .toSorted((a, b) => a.partition - b.partition);
  return {
    generation: group.generationId,
    memberId: group.memberId ?? '',
    partitions: [...new Set(topicPartitions.map(({ partition }) => partition))],
    topicPartitions,
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
