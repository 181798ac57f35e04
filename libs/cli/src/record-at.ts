import type { Bus, LogRecord } from '@muster/bus';

/** The first record of a partition from an offset on; undefined when the partition does not reach so far, or begins later. */
export async function recordAt(
  bus: Bus,
  topic: string,
  partition: number,
  offset: number,
): Promise<LogRecord | undefined> {
  const bounds = await bus.log.admin.offsets(topic);
  const mine = bounds.find((each) => each.partition === partition);
  if (mine === undefined || offset < mine.beginning || offset >= mine.end) return undefined;
  const found = Promise.withResolvers<LogRecord | undefined>();
  const following = await bus.log.follow({
    topics: [topic],
    from: { at: 'offset', offset },
    records(batch) {
      const record = batch.partition === partition ? batch.records.find((each) => each.offset >= offset) : undefined;
      if (record !== undefined) found.resolve(record);
    },
    caughtUp: () => found.resolve(undefined),
    lost: found.reject,
  });
  following.pause(bounds.filter((each) => each !== mine).map((each) => ({ topic, partition: each.partition })));
  try {
    return await found.promise;
  } finally {
    await following.stop(2_000);
  }
}
