/** Whether an agent's memory stays where it is: sampled over a long while under an even load, with the slope of a straight line through it. */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findStack } from '@muster/local-stack';
import { monitoring } from '@muster/monitoring';
import { prepareFor, withBenchMesh } from './bench-mesh.ts';
import { aloneInGroup, monitoringMain, startMember } from './fleet.ts';
import { startGenerator } from './generating.ts';
import { hasOption, numberOption, textOption } from './percentiles.ts';
import { residentOf } from './process-cost.ts';
import { redisBytes } from './redis-memory.ts';
import { flatness, lineThrough } from './slope.ts';

if (hasOption('help')) {
  process.stdout
    .write(`npm run bench:soak -- [--minutes 30] [--rate 1000] [--series 2000] [--warm-up 5] [--samples FILE]

One monitoring agent under an even load. Every 10 s its resident memory is noted, and once a minute, after a garbage collection, what is alive on its heap and
outside; also the memory of Kafka and Redis. Prints them after the warm-up (minutes) and at the end, the largest, and the slope in MB an hour with its uncertainty (two standard errors). Memory does not depend on
how busy the machine is, so other things may run beside it.

  --samples FILE   where every sample goes as CSV, MB\n`);
  process.exit(0);
}

const minutes = numberOption('minutes', 30);
const rate = numberOption('rate', 1_000);
const series = numberOption('series', 2_000);
const warmUpMinutes = Math.min(numberOption('warm-up', 5), minutes / 2);
const file = textOption('samples');
const everyMs = 10_000;
/** A collection stops the agent for a moment: not at every sample. */
const collectEvery = 6;
const columns = [
  'agent resident',
  'agent heap, alive',
  'agent external',
  'Kafka resident',
  'Redis resident',
  'Redis data',
] as const;

await withBenchMesh(
  [],
  async ({ urls }, bus, dataDir) => {
    await prepareFor(bus, [monitoring]);
    const agent = await startMember({ main: monitoringMain, instance: 'monitoring-1', urls, dataDir });
    await agent.ready();
    await aloneInGroup(bus, 'monitoring', 1);
    const generator = await startGenerator(urls, series);
    await generator.rate(rate, 0);
    const servers = (await findStack(dataDir))?.processes ?? [];
    const pidOf = (name: string): number => servers.find((server) => server.name === name)?.pid ?? process.pid;
    const startedAt = performance.now();
    const samples: { readonly hours: number; readonly values: readonly (number | undefined)[] }[] = [];
    const minutesSoFar = (): number => (performance.now() - startedAt) / 60_000;
    while (minutesSoFar() < minutes) {
      await sleep(everyMs);
      const isCollected = samples.length % collectEvery === collectEvery - 1;
      const resident = residentOf(agent.pid);
      const memory = isCollected ? await agent.alive() : undefined;
      const values = [
        resident,
        memory === undefined ? undefined : memory.heapUsed / 1e6,
        memory === undefined ? undefined : memory.external / 1e6,
        residentOf(pidOf('kafka')),
        residentOf(pidOf('redis')),
        (await redisBytes(urls.redisUrl)) / 1e6,
      ];
      samples.push({ hours: minutesSoFar() / 60, values });
      if (samples.length % 30 === 0)
        process.stderr.write(
          `  ${minutesSoFar().toFixed(0)} min: ${values.map((value) => value?.toFixed(1)).join(', ')} MB\n`,
        );
    }
    const { stored } = await generator.report();
    const handled = await agent.metric('muster_handled_total');
    const keys = await agent.metric('muster_keys_in_memory');
    const deadLettered = await agent.metric('muster_dead_lettered_total');
    if (file !== undefined) {
      const lines = samples.map(({ hours, values }) =>
        [hours * 60, ...values].map((value) => value?.toFixed(3) ?? '').join(),
      );
      writeFileSync(file, `${['minute', ...columns].join()}\n${lines.join('\n')}\n`);
    }
    await agent.end('SIGTERM');
    generator.end();

    const kept = samples.filter(({ hours }) => hours * 60 >= warmUpMinutes);
    const number = (value: number): string => value.toFixed(1).padStart(8);
    process.stdout.write(
      `\n${rate.toLocaleString('en')} messages/s over ${series.toLocaleString('en')} series for ${minutes} min, warm-up ${warmUpMinutes} min not counted; ${stored.toLocaleString('en')} sent, ${handled.toLocaleString('en')} handled, ${deadLettered} dead letters, ${keys} keys\n` +
        `MB                    begin      end      max   MB/h\n`,
    );
    for (const [index, name] of columns.entries()) {
      const points = kept.flatMap(({ hours, values }) => {
        const value = values[index];
        return value === undefined ? [] : [[hours, value] as const];
      });
      const ys = points.map(([, value]) => value);
      const line = lineThrough(points);
      const mean = (some: readonly number[]): number => some.reduce((sum, value) => sum + value, 0) / some.length;
      // The mean of two minutes at either end, or of what there is in them.
      const few = Math.max(1, Math.round((ys.length * 2) / Math.max(2, minutes - warmUpMinutes)));
      process.stdout.write(
        `${name.padEnd(18)} ${number(mean(ys.slice(0, few)))} ${number(mean(ys.slice(-few)))} ${number(Math.max(...ys))} ${line.slope.toFixed(1).padStart(6)} +- ${(2 * line.error).toFixed(1)}  ${flatness(line, mean(ys))}\n`,
      );
    }
  },
  'bench-soak',
);
process.exit();
