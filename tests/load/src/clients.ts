/**
 * The Kafka clients beside each other on one broker: each task in a process of its own, in turns, so that the ratios mean something even where the
 * machine is busy. Decides nothing by itself; see docs/adr/0011.
 */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { KAFKA_CLIENTS, type KafkaClient } from '@muster/bus';
import { withBenchMesh } from './bench-mesh.ts';
import { numberOption, times } from './percentiles.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(`npm run bench:clients -- [--records 200000] [--rounds 3] [--seconds 10] [--idle-seconds 20]

Measures both Kafka clients on the same broker, in turns: produce -> consume latency at 200/s and at 2,000/s, throughput and CPU of consuming and of
producing records of 200 bytes, CPU of a member with nothing to do, and how long a rebalance takes. Prints the medians of all rounds and their ratio.\n`);
  process.exit(0);
}

const records = numberOption('records', 200_000);
const rounds = numberOption('rounds', 3);
const seconds = numberOption('seconds', 10);
const idleSeconds = numberOption('idle-seconds', 20);
const run = promisify(execFile);
const taskFile = resolve(import.meta.dirname, 'client-task.ts');
const topic = 'muster.bench-clients.v1';
const [baseline, other] = KAFKA_CLIENTS;

/** Nested numbers as `a.b`. */
type Figures = ReadonlyMap<string, number>;

function flat(measured: object, prefix = ''): [string, number][] {
  return Object.entries(measured).flatMap(([name, value]): [string, number][] =>
    typeof value === 'number' ? [[`${prefix}${name}`, value]] : flat(value as object, `${prefix}${name}.`),
  );
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

interface Row {
  readonly name: string;
  readonly figure: string;
  readonly unit: string;
}

await withBenchMesh(
  [],
  async ({ urls }, bus) => {
    const config = { 'message.timestamp.type': 'LogAppendTime' };
    await bus.log.admin.createTopics(
      [topic, `${topic}-filled`].map((name) => ({ topic: name, partitions: 12, config })),
    );
    const doTask = async (
      client: KafkaClient,
      task: string,
      on: string,
      amount: number,
      time: number,
    ): Promise<Figures> => {
      const args = [taskFile, client, task, urls.kafkaBrokers, on, String(amount), String(time)];
      const { stdout } = await run(process.execPath, args, { timeout: 300_000 });
      return new Map(flat(JSON.parse(stdout) as object));
    };
    const compare = async (
      title: string,
      task: string,
      on: string,
      amount: number,
      time: number,
      rows: readonly Row[],
    ) => {
      process.stderr.write(`  ${title}\n`);
      const found: Record<KafkaClient, Figures[]> = { kafkajs: [], platformatic: [] };
      for (let round = 0; round < rounds; round += 1)
        for (const client of KAFKA_CLIENTS) found[client].push(await doTask(client, task, on, amount, time));
      process.stdout.write(`${title.padEnd(44)}${baseline.padStart(14)}${other.padStart(16)}   ratio\n`);
      for (const { name, figure, unit } of rows) {
        const of = (client: KafkaClient): number => median(found[client].map((figures) => figures.get(figure)!));
        const shown = (client: KafkaClient): string =>
          `${of(client).toLocaleString('en', { maximumFractionDigits: of(client) < 100 ? 2 : 0 })} ${unit}`;
        process.stdout.write(
          `  ${name.padEnd(42)}${shown(baseline).padStart(14)}${shown(other).padStart(16)}  ${times(of(other) / of(baseline))}\n`,
        );
      }
    };

    const bulk = [
      { name: 'records', figure: 'rate', unit: '/s' },
      { name: 'CPU a record', figure: 'cpuMicros', unit: 'us' },
    ];
    // Filled once, by whoever; read by both.
    await doTask(baseline, 'produce', `${topic}-filled`, records, 0);
    for (const rate of [200, 2_000]) {
      await compare(`produce -> consume at ${rate.toLocaleString('en')}/s`, 'latency', topic, rate, seconds, [
        { name: 'p50', figure: 'p50', unit: 'ms' },
        { name: 'p95', figure: 'p95', unit: 'ms' },
        { name: 'p99', figure: 'p99', unit: 'ms' },
        { name: 'CPU a record, both ways', figure: 'cpuMicros', unit: 'us' },
      ]);
    }
    await compare(`consuming ${records.toLocaleString('en')} records`, 'consume', `${topic}-filled`, records, 0, bulk);
    await compare(`producing ${records.toLocaleString('en')} records`, 'produce', topic, records, 0, bulk);
    await compare('a second member', 'rebalance', topic, 5, 0, [
      { name: 'joins, p50', figure: 'join.p50', unit: 'ms' },
      { name: 'joins, p99', figure: 'join.p99', unit: 'ms' },
      { name: 'leaves, p50', figure: 'leave.p50', unit: 'ms' },
      { name: 'leaves, p99', figure: 'leave.p99', unit: 'ms' },
    ]);
    await compare(`idle for ${idleSeconds} s`, 'idle', topic, 0, idleSeconds, [
      { name: 'CPU of a core', figure: 'share', unit: '%' },
      { name: 'wake-ups a second', figure: 'wakeUps', unit: '' },
      { name: 'resident memory', figure: 'megabytes', unit: 'MB' },
    ]);
  },
  'bench-clients',
);
process.exit();
