/** Two agents offer the same; one becomes ten times slower half-way. Who gets how much, and what requesters see of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientOn } from '@muster/client';
import { withBenchMesh } from './bench-mesh.ts';
import { startEcho } from './peers/start-echo.ts';
import { hasOption, ms, numberOption, percentiles } from './percentiles.ts';
import { circumstances } from './process-cost.ts';

if (hasOption('help')) {
  process.stdout.write(`npm run bench:routing -- [--rate 50] [--seconds 20] [--takes 20] [--slower 10]

Two agents, echo-a and echo-b, answer in 20 ms; half-way echo-b becomes ten times slower. Scores are those that the agent recovery measures and publishes. Prints, for
each second, the requests that ended in it: how many, the share of echo-b, p95; then p95 before, in the first 5 s after the change, and from then on.\n`);
  process.exit(0);
}

const rate = numberOption('rate', 50);
const half = numberOption('seconds', 20);
const takes = numberOption('takes', 20);
const slower = numberOption('slower', 10);
/** How long it is given to be noticed. */
const noticeSeconds = 5;

interface Ended {
  /** Seconds from the start at which it was asked. */
  readonly askedAt: number;
  readonly took: number;
  readonly by: string;
}

const when = await circumstances();
await withBenchMesh(
  ['router', 'recovery'],
  async ({ urls }, bus, dataDir) => {
    const slowness = (name: string): string => join(dataDir, `${name}.ms`);
    const names = ['echo-a', 'echo-b'];
    for (const name of names) writeFileSync(slowness(name), String(takes));
    await Promise.all(names.map((name) => startEcho(name, { bus, urls, dataDir }, slowness(name))));
    const client = clientOn(bus, { source: 'bench' });
    const ended: Ended[] = [];
    const faults: string[] = [];
    let startedAt = 0;
    const ask = async (n: number): Promise<void> => {
      const askedAt = (performance.now() - startedAt) / 1_000;
      try {
        const { by } = await client.request<{ readonly by: string }>(
          'bench.echo',
          { n, text: '' },
          { timeoutMs: 10_000 },
        );
        ended.push({ askedAt, took: performance.now() - startedAt - askedAt * 1_000, by });
      } catch (error) {
        faults.push(String(error));
      }
    };
    const run = async (seconds: number, meanwhile: (second: number) => void): Promise<void> => {
      startedAt = performance.now();
      const all: Promise<void>[] = [];
      for (let index = 0; index < rate * seconds; index += 1) {
        const waitMs = startedAt + (index * 1_000) / rate - performance.now();
        if (waitMs > 0) await sleep(waitMs);
        if (index % rate === 0) meanwhile(index / rate);
        all.push(ask(index));
      }
      await Promise.all(all);
    };
    await sleep(3_000);
    await run(5, () => undefined);
    ended.length = 0;
    await run(2 * half, (second) => {
      if (second === half) writeFileSync(slowness('echo-b'), String(takes * slower));
    });
    await client.close();

    const rows = Array.from({ length: 2 * half }, (_, second) => {
      const of = ended.filter(({ askedAt }) => Math.floor(askedAt) === second);
      const p95 = percentiles(of.map(({ took }) => took)).p95;
      return `${String(second).padStart(6)} ${String(of.length).padStart(8)} ${shareOfB(of)} ${ms(p95)}${second === half ? `   echo-b is ${slower} times slower from here on` : ''}`;
    });
    const phases = [
      ['before', 0, half],
      ['noticing', half, half + noticeSeconds],
      ['after', half + noticeSeconds, 2 * half],
    ] as const;
    const summary = phases.map(([name, from, to]) => {
      const of = ended.filter(({ askedAt }) => askedAt >= from && askedAt < to);
      const { p50, p95, p99 } = percentiles(of.map(({ took }) => took));
      return `${name.padEnd(9)} ${shareOfB(of)} ${ms(p50)} ${ms(p95)} ${ms(p99)}`;
    });
    process.stdout.write(
      `\n${when}\n${rate} requests/s\n\nsecond requests   echo-b        p95\n${rows.join('\n')}\n\n            echo-b        p50        p95        p99\n${summary.join('\n')}\n`,
    );
    if (faults.length > 0) process.stdout.write(`${faults.length} failed, the first: ${faults[0]}\n`);
  },
  'bench-routing',
);
process.exit();

function shareOfB(of: readonly Ended[]): string {
  const share = of.length === 0 ? Number.NaN : of.filter(({ by }) => by === 'echo-b').length / of.length;
  return `${(share * 100).toFixed(1)} %`.padStart(8);
}
