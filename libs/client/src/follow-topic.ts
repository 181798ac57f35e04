import type { Following, Log } from '@muster/bus';
import type { Reader, ReaderOptions } from './consuming.ts';
import { within } from './deadline.ts';
import { laneOf } from './lane.ts';
import type { Lane } from './lane.ts';
import { persist } from './persisting.ts';

/** Reads every partition of a topic, for this consumer alone. Resolves when its place in the log is settled. */
export async function followTopic(log: Log, options: ReaderOptions): Promise<Reader> {
  const { topic, from, handle, signal, failed } = options;
  const lanes = new Map<number, Lane>();
  const settled = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => settled.resolve());
  // From elsewhere than the end, nothing is missed however late the reading begins.
  if (from.at !== 'end') settled.resolve();
  const laneFor = (partition: number): Lane => {
    const at = [{ topic, partition }];
    const lane =
      lanes.get(partition) ??
      laneOf({
        handle,
        handled() {},
        full: () => withSource((source) => source.pause(at)),
        drained: () => withSource((source) => source.resume(at)),
      });
    lanes.set(partition, lane);
    return lane;
  };
  const follow = () =>
    log.follow({
      topics: [topic],
      from,
      records: ({ partition, records }) => laneFor(partition).push(records),
      caughtUp: settled.resolve,
      lost: failed,
    });
  const following = persist(follow, { what: `reading ${topic}`, signal });
  const withSource = (use: (source: Following) => void) => void following.then(use, () => {});
  await following;
  await settled.promise;

  return {
    async stop(deadlineMs) {
      const until = Date.now() + deadlineMs;
      const finished = Promise.all([...lanes.values()].map((lane) => lane.stop()));
      await (await following).stop(deadlineMs);
      await within(finished, until);
    },
  };
}
