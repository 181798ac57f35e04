/**
 * How long it takes from publishing a metric to its alert being readable, beside one bare hop of the same bytes through kafkajs. Both are measured
 * in turns of 500 in the same run on the same broker, so that the ratio means something even where the machine is busy.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@muster/bus';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { withBenchMesh } from './bench-mesh.ts';
import { marked, publishMarkRule } from './metric-load.ts';
import { ms, numberOption, percentiles, times } from './percentiles.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(`npm run bench:latency -- [--alerts 2000] [--rate 200]

Publishes metrics, each of which raises an alert by a static rule, and prints how long it took until the alert was readable on muster.alerts.v1 (two hops
and the monitoring agent), beside a bare kafkajs produce and consume of the same bytes (one hop), as p50, p95 and p99, and the ratio.\n`);
  process.exit(0);
}

const wanted = numberOption('alerts', 2_000);
const rate = numberOption('rate', 200);
const chunk = 500;
const bareTopic = 'muster.bench-bare.v1';

/** Calls `send` at an even rate, and waits until each was answered or `patienceMs` passed. */
async function atRate(
  count: number,
  send: (index: number) => void,
  answered: () => number,
  patienceMs = 15_000,
): Promise<void> {
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    const dueAt = startedAt + (index * 1_000) / rate;
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    send(index);
  }
  const until = performance.now() + patienceMs;
  while (answered() < count && performance.now() < until) await sleep(5);
}

async function alertLatency(bus: Bus): Promise<(from: number, count: number) => Promise<number[]>> {
  const sentAt = new Map<string, number>();
  const took: number[] = [];
  await bus.warm({ reads: ['muster.alerts.v1'], writes: ['muster.metrics.v1'] });
  await new Promise<void>((resolve, reject) => {
    bus.log
      .follow({
        topics: ['muster.alerts.v1'],
        from: { at: 'end' },
        records({ records }) {
          const now = performance.now();
          for (const record of records) {
            const decoded = bus.decode(record);
            if (
              decoded instanceof Promise ||
              decoded.kind !== 'message' ||
              decoded.message.topic !== 'muster.alerts.v1'
            )
              continue;
            const target = decoded.message.value.target;
            const at = sentAt.get(target);
            if (at === undefined) continue;
            sentAt.delete(target);
            took.push(now - at);
          }
        },
        caughtUp: resolve,
        lost: reject,
      })
      .catch(reject);
  });
  return async (from, count) => {
    took.length = 0;
    await atRate(
      count,
      (index) => {
        sentAt.set(`mark-${from + index}`, performance.now());
        void bus.publish([marked(from + index, Date.now())]);
      },
      () => took.length,
    );
    return [...took];
  };
}

async function bareLatency(
  brokers: readonly string[],
  bus: Bus,
): Promise<{ measure(count: number): Promise<number[]>; stop(): Promise<void> }> {
  await bus.log.admin.createTopics([{ topic: bareTopic, partitions: 12, config: {} }]);
  const kafka = new Kafka({ brokers: [...brokers], clientId: 'bare', logLevel: logLevel.NOTHING });
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  const consumer = kafka.consumer({ groupId: `bare-${Date.now()}` });
  const sentAt = new Map<string, number>();
  const took: number[] = [];
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topics: [bareTopic], fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ message }) => {
      const at = sentAt.get(String(message.key));
      if (at !== undefined) took.push(performance.now() - at);
      return Promise.resolve();
    },
  });
  await joined;
  let sent = 0;
  return {
    async measure(count) {
      took.length = 0;
      await atRate(
        count,
        () => {
          const key = `bare-${(sent += 1)}`;
          const { value, headers } = bus.encode(marked(sent, Date.now()));
          sentAt.set(key, performance.now());
          void producer.send({
            topic: bareTopic,
            acks: -1,
            messages: [{ key, value: value as Buffer, headers: headers as Record<string, Buffer> }],
          });
        },
        () => took.length,
      );
      return [...took];
    },
    async stop() {
      await Promise.all([producer.disconnect(), consumer.disconnect()]);
    },
  };
}

await withBenchMesh(['monitoring'], async (mesh, bus) => {
  await publishMarkRule(bus);
  const alerts = await alertLatency(bus);
  const bare = await bareLatency(mesh.urls.kafkaBrokers.split(','), bus);
  const warmUp = 300;
  await alerts(0, warmUp);
  await bare.measure(warmUp);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let done = 0; done < wanted; done += chunk) {
    const count = Math.min(chunk, wanted - done);
    ours.push(...(await alerts(warmUp + done, count)));
    theirs.push(...(await bare.measure(count)));
    process.stderr.write(`  ${done + count} of ${wanted}\n`);
  }
  await bare.stop();
  const [a, b] = [percentiles(ours), percentiles(theirs)];
  process.stdout.write(`
${rate} messages/s                      p50        p95        p99    answered
metric -> alert (2 hops + agent) ${ms(a.p50)} ${ms(a.p95)} ${ms(a.p99)}   ${ours.length} of ${wanted}
bare kafkajs hop                 ${ms(b.p50)} ${ms(b.p95)} ${ms(b.p99)}   ${theirs.length} of ${wanted}
ratio                                ${times(a.p50 / b.p50)}     ${times(a.p95 / b.p95)}     ${times(a.p99 / b.p99)}
`);
  if (ours.length < wanted) process.exitCode = 1;
});
process.exit();
