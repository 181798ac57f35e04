/** One member of a group in memory: what it was assigned, and the cursors that feed its listener. */
import type { Assignment, GroupOptions, StartAt, TopicPartition, TopicPartitionOffset } from '../log.ts';
import { openCursor } from './cursor.ts';
import type { Cursor, Schedule } from './cursor.ts';
import { nameOf } from './group.ts';
import type { Group, Member } from './group.ts';
import { startOffset } from './topics.ts';
import type { Topics } from './topics.ts';

const RETRY_MS = 100;
export const DEFAULT_MAX_BYTES = 256 * 1024;

export interface Reading {
  readonly topics: Topics;
  readonly schedule: Schedule;
  readonly isReachable: () => boolean;
}

/** A member whose listener is driven by the group. `silence` ends it without telling the listener. */
export interface DrivenMember extends Member {
  readonly group: Group;
  silence(): void;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** See {@link Membership}; `now` is the present. */
  deliveredThrough(now: number): number;
}

export function memberOf(group: Group, memberId: string, options: GroupOptions, reading: Reading): DrivenMember {
  const { listener, topics: topicNames, maxBytesPerPartition = DEFAULT_MAX_BYTES } = options;
  const cursors = new Map<string, Cursor>();
  const paused = new Set<string>();
  let told: number | undefined;
  let isReading = false;

  const silence = () => {
    told = undefined;
    isReading = false;
    paused.clear();
    for (const cursor of cursors.values()) cursor.close();
    cursors.clear();
  };
  const ask = async (assignment: Assignment): Promise<void> => {
    const { generation, topicPartitions } = assignment;
    const committed = group.committed(topicPartitions);
    let starts: readonly (TopicPartition & StartAt)[];
    try {
      starts = await listener.assigned(assignment, committed);
    } catch {
      reading.schedule(() => {
        if (told === generation) void ask(assignment);
      }, RETRY_MS);
      return;
    }
    if (told === generation) open(topicPartitions, starts, committed);
  };
  const open = (
    owned: readonly TopicPartition[],
    starts: readonly (TopicPartition & StartAt)[],
    committed: readonly TopicPartitionOffset[],
  ) => {
    const startOf = new Map<string, StartAt>([
      ...committed.map((offset): [string, StartAt] => [nameOf(offset), { at: 'offset', offset: offset.offset }]),
      ...starts.map((start): [string, StartAt] => [nameOf(start), start]),
    ]);
    for (const { topic, partition: number } of owned) {
      const partition = reading.topics.partitions(topic)[number];
      if (!partition) continue;
      const name = nameOf(partition);
      const offset = startOffset(partition, startOf.get(name) ?? { at: 'end' });
      const deliver = listener.records.bind(listener);
      const cursor = openCursor({ ...reading, partition, offset, maxBytes: maxBytesPerPartition, deliver });
      if (paused.has(name)) cursor.pause();
      cursors.set(name, cursor);
    }
    isReading = true;
  };

  const member: DrivenMember = {
    memberId,
    topics: topicNames,
    group,
    silence,
    begin(assignment) {
      if (!group.isCurrent(member, assignment.generation)) return;
      told = assignment.generation;
      void ask(assignment);
    },
    end() {
      const over = told;
      silence();
      if (over !== undefined) listener.revoked(over);
    },
    pause(partitions) {
      for (const name of partitions.map(nameOf)) {
        paused.add(name);
        cursors.get(name)?.pause();
      }
    },
    resume(partitions) {
      for (const name of partitions.map(nameOf)) {
        paused.delete(name);
        cursors.get(name)?.resume();
      }
    },
    deliveredThrough(now) {
      if (!isReading) return 0;
      let through = now;
      for (const { behindSince = now } of cursors.values()) through = Math.min(through, behindSince);
      return through;
    },
  };
  return member;
}
