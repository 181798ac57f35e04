/** What the shop measures of itself between two reports. */
import type { MetricSampleInput } from '@muster/schemas';

/** One answered request. */
export interface Answered {
  readonly route: string;
  readonly latencyMs: number;
  readonly isError: boolean;
}

/** Everything since the last report. */
export interface Tally {
  /** The route of each request that came. */
  readonly asked: readonly string[];
  readonly answered: readonly Answered[];
  /** Values of the orders placed, in euros. */
  readonly orders: readonly number[];
}

export interface Period {
  /** Its end, epoch ms. */
  readonly at: number;
  readonly lengthMs: number;
}

/**
 * The samples for one period: for each route the 95th percentile of the latency, the share of errors and the requests per second, and the
 * orders per minute with their value. A route on which nobody was answered has neither latency nor errors.
 */
export function samplesOf(
  target: string,
  routes: readonly string[],
  { asked, answered, orders }: Tally,
  { at, lengthMs }: Period,
): MetricSampleInput[] {
  const base = { target, at };
  const sample = (name: string, unit: string, value: number, route: string): MetricSampleInput => {
    return { ...base, name, unit, value, labels: { route }, category: 'PERFORMANCE' };
  };
  const business = (name: string, unit: string, value: number): MetricSampleInput => {
    return { ...base, name, unit, value, category: 'BUSINESS' };
  };
  const perMinute = 60_000 / lengthMs;
  return [
    ...routes.flatMap((route) => {
      const ours = answered.filter((one) => one.route === route);
      const came = asked.filter((one) => one === route).length;
      const rate = sample('requests_per_s', '1/s', (came * 1_000) / lengthMs, route);
      if (ours.length === 0) return [rate];
      const errors = ours.filter(({ isError }) => isError).length;
      const latencies = ours.map(({ latencyMs }) => latencyMs);
      return [
        sample('latency_ms', 'ms', percentile(latencies, 0.95), route),
        sample('error_share', '', errors / ours.length, route),
        rate,
      ];
    }),
    business('orders_per_min', '1/min', orders.length * perMinute),
    business('order_value_per_min', 'EUR/min', orders.reduce((sum, value) => sum + value, 0) * perMinute),
  ];
}

/** The smallest of the values that the given share of them does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
