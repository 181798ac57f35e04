/** Reads every partition of some topics of the in-memory log, outside any group. */
import type { FollowOptions, Following } from '../log.ts';
import { openCursor } from './cursor.ts';
import { nameOf } from './group.ts';
import { DEFAULT_MAX_BYTES } from './membership.ts';
import type { Reading } from './membership.ts';
import { startOffset } from './topics.ts';

export function openFollowing(options: FollowOptions, { topics, schedule, isReachable }: Reading): Following {
  let isStopped = false;
  const behind = new Set<string>();
  const noteCaughtUp = () => {
    if (behind.size === 0 && !isStopped) options.caughtUp?.();
  };
  const cursors = new Map(
    options.topics
      .flatMap((topic) => topics.partitions(topic))
      .map((partition) => {
        const name = nameOf(partition);
        const offset = startOffset(partition, options.from);
        const end = partition.records.length;
        if (offset < end) behind.add(name);
        const cursor = openCursor({
          partition,
          offset,
          maxBytes: DEFAULT_MAX_BYTES,
          schedule,
          isReachable,
          deliver(batch) {
            options.records(batch);
            if (batch.records.at(-1)!.offset + 1 >= end && behind.delete(name)) noteCaughtUp();
          },
        });
        return [name, cursor] as const;
      }),
  );
  if (behind.size === 0) schedule(noteCaughtUp);

  return {
    pause: (partitions) => partitions.forEach((partition) => cursors.get(nameOf(partition))?.pause()),
    resume: (partitions) => partitions.forEach((partition) => cursors.get(nameOf(partition))?.resume()),
    stop() {
      isStopped = true;
      for (const cursor of cursors.values()) cursor.close();
      return Promise.resolve();
    },
  };
}
