import { connect } from '@muster/client';

const target = process.argv[2] ?? 'shop';
const client = await connect({ source: 'first-program' });

await client.consume('muster.alerts.v1', (alert) => {
  console.log(alert.status, alert.severity, alert.title);
});

// Ten minutes of a shop that answers quickly, a value for each second, then half a minute in which it does not.
const now = Date.now();
const latencies = Array.from({ length: 630 }, (_, second) => ({
  target,
  name: 'latency_ms',
  unit: 'ms',
  value: (second < 600 ? 100 : 900) + 20 * Math.random(),
  at: now - (630 - second) * 1_000,
}));
await client.publish('muster.metrics.v1', latencies);
