import { partitionOfKey, type Bus } from '@muster/bus';

/** One marked metric that came out as an alert. */
export interface Mark {
  /** Partition of the metric. */
  readonly partition: number;
  /** When the log took the alert in, epoch ms. */
  readonly at: number;
  /** From making the metric to that. */
  readonly delayMs: number;
}

const metricPartitions = 12;

/** Watches the alerts that marked metrics raise. Their times are the log's, so that this process being busy does no harm. */
export async function watchMarks(bus: Bus): Promise<{ take(): Mark[] }> {
  let marks: Mark[] = [];
  await bus.warm({ reads: ['muster.alerts.v1'], writes: [] });
  const seen = new Set<string>();
  await new Promise<void>((resolve, reject) => {
    bus.log
      .follow({
        topics: ['muster.alerts.v1'],
        from: { at: 'end' },
        records({ records }) {
          for (const record of records) {
            const decoded = bus.decode(record);
            if (decoded instanceof Promise || decoded.kind !== 'message') continue;
            const { message } = decoded;
            if (message.topic !== 'muster.alerts.v1' || !message.value.target.startsWith('mark-')) continue;
            if (seen.has(message.value.target)) continue;
            seen.add(message.value.target);
            const partition = partitionOfKey(`${message.value.target}/bench_value`, metricPartitions);
            marks.push({ partition, at: record.timestamp, delayMs: record.timestamp - message.value.startsAt });
          }
        },
        caughtUp: resolve,
        lost: reject,
      })
      .catch(reject);
  });
  return {
    take() {
      const taken = marks;
      marks = [];
      return taken;
    },
  };
}
