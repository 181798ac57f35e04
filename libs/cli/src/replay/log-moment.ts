/** What `--from` and `--to` of a replay say, as a time of the log. */
import type { Bus } from '@muster/bus';
import type { TopicName } from '@muster/schemas';
import { Failure, misuse } from '../failure.ts';
import { knownTopic } from '../known-topic.ts';
import { parseDuration, parseTime } from '../moment.ts';
import { recordAt } from '../record-at.ts';

export type LogMoment =
  | { readonly kind: 'time'; readonly time: number }
  /** When the log took in the record at this place. */
  | { readonly kind: 'place'; readonly topic: TopicName; readonly partition: number; readonly offset: number };

/** How long ago, a time, or `topic/partition/offset`. Throws a Failure on anything else, and on what is still to come. */
export function parseMoment(flag: string, text: string, now: number): LogMoment {
  const [, topic, partition, offset] = /^([^/]+)\/(\d+)\/(\d+)$/.exec(text) ?? [];
  if (topic !== undefined)
    return { kind: 'place', topic: knownTopic(topic), partition: Number(partition), offset: Number(offset) };
  if (/^\d{1,8}$/.test(text))
    throw misuse(
      `${flag} ${text} is an offset without its place: write topic/partition/offset, e.g. metrics/3/${text}.`,
    );
  if (text === 'beginning') return { kind: 'time', time: 0 };
  const ago = parseDuration(text);
  const time = ago === undefined ? parseTime(text) : now - ago;
  if (time === undefined)
    throw misuse(
      `${flag} ${text} is not understood: give how long ago (15m, 2h, 7d), a time (2026-01-31T12:00:00Z) or a place in the log (metrics/3/1500).`,
    );
  if (time > now) throw misuse(`${flag} ${text} lies in the future: there is nothing to replay yet.`);
  return { kind: 'time', time };
}

/** Epoch ms. Throws a Failure when there is no record at the place. */
export async function timeOf(bus: Bus, moment: LogMoment): Promise<number> {
  if (moment.kind === 'time') return moment.time;
  const { topic, partition, offset } = moment;
  const bounds = (await bus.log.admin.offsets(topic)).find((each) => each.partition === partition);
  if (bounds === undefined) throw new Failure(`${topic} has no partition ${partition}.`, 2);
  const { beginning, end } = bounds;
  if (offset < beginning || offset >= end) {
    const holds = beginning === end ? 'is empty' : `holds offsets ${beginning} to ${end - 1}`;
    throw new Failure(`There is no record at ${topic}/${partition}/${offset}: the partition ${holds}.`, 2);
  }
  const record = await recordAt(bus, topic, partition, offset);
  if (record === undefined) throw new Failure(`There is no record at ${topic}/${partition}/${offset} any more.`);
  return record.timestamp;
}

/** When the log took in the oldest record of a topic that it still has; undefined when it has none. */
export async function oldestTime(bus: Bus, topic: TopicName): Promise<number | undefined> {
  const filled = (await bus.log.admin.offsets(topic)).filter(({ beginning, end }) => beginning < end);
  const times = new Map<number, number>();
  if (filled.length === 0) return undefined;
  const done = Promise.withResolvers<void>();
  const following = await bus.log.follow({
    topics: [topic],
    from: { at: 'beginning' },
    records({ partition, records }) {
      if (!times.has(partition)) times.set(partition, records[0]!.timestamp);
      if (times.size === filled.length) done.resolve();
    },
    caughtUp: done.resolve,
    lost: done.reject,
  });
  try {
    await done.promise;
    return Math.min(...times.values());
  } finally {
    await following.stop(2_000);
  }
}
