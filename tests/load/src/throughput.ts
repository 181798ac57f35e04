/**
 * Metrics a second through the monitoring agent on one core, beside bare kafkajs consume and avsc decode of the same messages on the same core. The
 * messages lie in the topic before either begins.
 */
import { execFile, execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Bus } from '@muster/bus';
import { startMesh } from '@muster/cli';
import { withBenchMesh } from './bench-mesh.ts';
import { metricIn, metricsOf } from './fleet.ts';
import { ordinary } from './metric-load.ts';
import { numberOption, perSecond, times } from './percentiles.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(`npm run bench:throughput -- [--messages 500000] [--series 10000]

Fills muster.metrics.v1, then measures how fast the monitoring agent (one process, one core) gets through it, beside a bare kafkajs consumer that only
decodes, on the same core.\n`);
  process.exit(0);
}

const messages = numberOption('messages', 500_000);
const series = numberOption('series', 10_000);
const core = '0';
const run = promisify(execFile);

async function fill(bus: Bus): Promise<void> {
  await bus.warm({ reads: [], writes: ['muster.metrics.v1'] });
  const rounds = Math.ceil(messages / series);
  const now = Date.now();
  for (let from = 0; from < messages; from += 5_000) {
    const batch = Array.from({ length: Math.min(5_000, messages - from) }, (_, offset) => {
      const round = Math.floor((from + offset) / series);
      return ordinary(from + offset, series, now - (rounds - round) * 1_000);
    });
    await bus.publish(batch);
    if (from % 100_000 === 0) process.stderr.write(`  ${from} of ${messages} published\n`);
  }
}

const metricOf = async (url: string, name: string): Promise<number> => metricIn(await metricsOf(url), name);

await withBenchMesh([], async ({ urls }, bus) => {
  await fill(bus);
  process.stderr.write('  bare kafkajs + avsc\n');
  const file = resolve(import.meta.dirname, 'bare-consumer.ts');
  const bareRun = async (): Promise<{ rate: number; cpuMicros: number }> => {
    const { stdout } = await run(
      'taskset',
      ['-c', core, process.execPath, file, urls.kafkaBrokers, 'muster.metrics.v1', String(messages)],
      { timeout: 300_000 },
    );
    return JSON.parse(stdout) as { rate: number; cpuMicros: number };
  };
  const first = await bareRun();

  process.stderr.write('  monitoring agent\n');
  // The servers run already: the environment names them, and only the agent is started, on the same core.
  const dataDir = resolve(import.meta.dirname, '../../../.muster/bench-agent');
  const env = {
    ...process.env,
    KAFKA_BROKERS: urls.kafkaBrokers,
    SCHEMA_REGISTRY_URL: urls.schemaRegistryUrl,
    REDIS_URL: urls.redisUrl,
    LOG_LEVEL: 'warn',
    ...(process.env['AGENT_NODE_OPTIONS'] === undefined ? {} : { NODE_OPTIONS: process.env['AGENT_NODE_OPTIONS'] }),
  };
  const mesh = await startMesh({ dataDir, agents: ['monitoring'], env });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void mesh.stop());
  const [agent] = mesh.agents;
  if (agent === undefined) throw new Error('the agent did not start');
  execFileSync('taskset', ['-a', '-c', '-p', core, String(agent.pid)]);
  const points: { at: number; handled: number; cpu: number }[] = [];
  for (let handled = 0; handled < messages;) {
    handled = await metricOf(agent.url, 'muster_handled_total');
    points.push({ at: performance.now(), handled, cpu: await metricOf(agent.url, 'process_cpu_seconds_total') });
    if (points.length > 600) throw new Error(`the agent handled ${handled} of ${messages} in five minutes`);
    if (handled < messages) await sleep(500);
  }
  const rss = await metricOf(agent.url, 'process_resident_memory_bytes');
  const published = await metricOf(agent.url, 'muster_published_total');
  await mesh.stop();
  const second = await bareRun();

  // From the first look after which it was under way to the last before the end: whole half seconds of work.
  const begin = points.find(({ handled }) => handled > messages * 0.1) ?? points[0];
  const end = points.findLast(({ handled }) => handled < messages) ?? points.at(-1);
  if (begin === undefined || end === undefined || end.handled <= begin.handled)
    throw new Error('too few messages for a rate; give more with --messages');
  const rate = ((end.handled - begin.handled) / (end.at - begin.at)) * 1_000;
  const cpuMicros = ((end.cpu - begin.cpu) / (end.handled - begin.handled)) * 1e6;
  const bare = (first.rate + second.rate) / 2;
  process.stdout.write(`
${messages.toLocaleString('en')} metrics over ${series.toLocaleString('en')} series, one core        rate   CPU per message
bare kafkajs consume + avsc decode  ${perSecond(bare)}   ${((first.cpuMicros + second.cpuMicros) / 2).toFixed(1)} us   (before ${perSecond(first.rate).trim()}, after ${perSecond(second.rate).trim()})
monitoring agent                    ${perSecond(rate)}   ${cpuMicros.toFixed(1)} us
ratio                               ${times(rate / bare)}
resident memory of the agent ${(rss / 1e6).toFixed(0)} MB, alerts published ${published}
`);
});
process.exit();
