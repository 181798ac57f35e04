/** From where a partition is read: a wish turned into an offset that the log can serve. */
import type { ClientLogger } from './calm-log.ts';
import type { StartAt, TopicPartition, TopicPartitionOffset } from '../log.ts';

export interface Bounds {
  /** First offset there is. */
  readonly beginning: number;
  /** Offset of the next record. */
  readonly end: number;
  /** Offset of the first record at or after the wanted time, where a time is wanted; -1 when there is none. */
  readonly atTime?: number;
}

export interface StartPosition extends TopicPartitionOffset {
  readonly end: number;
  /** Set when the wanted offset can't be served: what was wanted. */
  readonly wanted?: number;
}

/**
 * Where to begin. An offset before the log's beginning (retention was quicker) becomes the beginning. One beyond its end
 * means that this is not the log it was taken from (the topic was created again): then all of it is read, because
 * reading twice is safe and skipping is not.
 */
export function startOffset(start: StartAt, { beginning, end, atTime = -1 }: Bounds): number {
  switch (start.at) {
    case 'beginning':
      return beginning;
    case 'end':
      return end;
    case 'time':
      return atTime < 0 ? end : Math.max(atTime, beginning);
    case 'offset':
      return start.offset >= beginning && start.offset <= end ? start.offset : beginning;
  }
}

/** Offsets of partitions, by name: of the first record, of the next one, or of the first at or after a time (-1: there is none). */
export type OffsetLookUp = (
  partitions: readonly TopicPartition[],
  at: 'beginning' | 'end' | number,
) => Promise<ReadonlyMap<string, number>>;

/** Asks the brokers for the bounds of the partitions and settles each start. Fails when one of them can't be asked. */
export async function startPositions(
  lookUp: OffsetLookUp,
  starts: readonly (TopicPartition & StartAt)[],
): Promise<StartPosition[]> {
  const beginnings = await lookUp(starts, 'beginning');
  const ends = await lookUp(starts, 'end');
  const times = new Set(starts.flatMap((start) => (start.at === 'time' ? [start.time] : [])));
  const atTimes = new Map<number, ReadonlyMap<string, number>>();
  for (const time of times) {
    const timed = starts.filter((start) => start.at === 'time' && start.time === time);
    atTimes.set(time, await lookUp(timed, time));
  }

  return starts.map((start) => {
    const { topic, partition } = start;
    const name = nameOf(start);
    const [beginning, end] = [beginnings.get(name), ends.get(name)];
    if (beginning === undefined || end === undefined) throw new Error(`No broker leads ${name} at the moment.`);
    const atTime = start.at === 'time' ? (atTimes.get(start.time)?.get(name) ?? -1) : -1;
    const offset = startOffset(start, { beginning, end, atTime });
    const isKept = start.at !== 'offset' || start.offset === offset;
    return { topic, partition, offset, end, ...(isKept ? {} : { wanted: start.offset }) };
  });
}

/** Says so when the wanted offset is not in the log any more. */
export function warnOfGap({ topic, partition, offset, wanted }: StartPosition, logger: ClientLogger): void {
  if (wanted === undefined) return;
  const sentence =
    wanted < offset
      ? `Records ${wanted} to ${offset - 1} of ${topic}/${partition} are no longer in the log (retention); reading goes on at ${offset}.`
      : `Offset ${wanted} of ${topic}/${partition} is beyond the end of the log (was the topic created again?); reading goes on at its beginning, ${offset}.`;
  logger('warn', sentence, {});
}

export const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;
