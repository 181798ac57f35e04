import { collectDefaultMetrics, Counter, Gauge, Registry, type Metric } from 'prom-client';
import type { RunningAgent } from './start-agent.ts';
import { hopBounds, type Tally } from './tally.ts';

const counts = {
  handled: 'Messages and wake-ups handled.',
  ignored: 'Messages that were no concern of the agent.',
  rejected: 'Messages a handler rejected.',
  repeated: 'Second copies that were dropped.',
  failed: 'Messages given up after their attempts.',
  retried: 'Attempts after a fault.',
  aside: 'Messages and wake-ups of slow keys, handled on the side thread.',
  deadLettered: 'Messages set aside with their reason.',
  published: 'Messages published by handlers.',
} satisfies Partial<Record<keyof Tally, string>>;

/** Prometheus metrics of one instance. They are read from plain counters when asked for, so that a message pays nothing for them. */
export function metricsOf(running: RunningAgent): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ agent: running.agent, instance: running.instance });
  // The delay of the event loop is sampled by a timer: at the default of 10 ms it alone keeps an idle process busy.
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 100 });
  for (const [name, help] of Object.entries(counts)) {
    const key = name as keyof typeof counts;
    registry.registerMetric(
      new Counter({
        name: `muster_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_total`,
        help,
        registers: [],
        collect() {
          this.reset();
          this.inc(running.tally[key]);
        },
      }),
    );
  }
  const gauges: readonly [string, string, () => number][] = [
    ['muster_partitions', 'Partition numbers owned.', () => running.vitals().partitions.length],
    ['muster_lag_messages', 'Messages in the log that are not dealt with.', () => running.vitals().lag],
    ['muster_in_flight_messages', 'Messages taken and not yet dealt with.', () => running.inFlight()],
    ['muster_keys_in_memory', 'Keys whose state is in memory.', () => running.keys()],
    ['muster_tasks_running', 'Actions that run.', () => running.vitals().tasks],
    ['muster_ready', '1 when ready.', () => (running.trouble() === undefined ? 1 : 0)],
  ];
  for (const [name, help, read] of gauges) {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(read());
        },
      }),
    );
  }
  registry.registerMetric(hopHistogram(running.tally));
  return registry;
}

/** The counts of the tally as a histogram: observing one by one would cost more than a message does. */
function hopHistogram(tally: Tally): Metric {
  const name = 'muster_hop_seconds';
  const help = "From the log's taking a message in to its being handled.";
  const values = (): object[] => {
    let sofar = 0;
    const buckets = tally.hops.map((count, index) => {
      sofar += count;
      const bound = hopBounds[index];
      return {
        metricName: `${name}_bucket`,
        labels: { le: bound === undefined ? '+Inf' : bound / 1_000 },
        value: sofar,
      };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: {}, value: tally.hopSumMs / 1_000 },
      { metricName: `${name}_count`, labels: {}, value: sofar },
    ];
  };
  return {
    name,
    help,
    get: () => Promise.resolve({ name, help, type: 'histogram', values: values(), aggregator: 'sum' }),
  } as unknown as Metric;
}
