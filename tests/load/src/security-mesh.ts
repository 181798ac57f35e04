/** From the log's line to the decision through real servers, and from a published block to the closed door. */
import { setTimeout as sleep } from 'node:timers/promises';
import { clientOn } from '@muster/client';
import { allowListOf, blockListOf, followBlocks } from '@muster/containment';
import { logReader } from '@muster/ingest';
import { withBenchMesh } from './bench-mesh.ts';
import { percentiles } from './percentiles.ts';

const lines = 50_000;
const batch = 2_000;
const giveUpMs = 180_000;
const blocks = 200;

/** Prints lines a second from the file to the decision, and how soon blocks are enforced. Takes the lines again and again until there are enough. */
export async function measureMesh(sample: readonly string[], print: (line?: string) => void): Promise<void> {
  await withBenchMesh(
    ['security'],
    async ({ agents: [agent] }, bus) => {
      const metric = async (name: string): Promise<number> => metricOf(`${agent?.url ?? ''}/metrics`, name);
      const client = clientOn(bus, { source: 'bench' });
      await bus.warm({ reads: ['muster.blocks.v1'], writes: ['muster.security-events.v1', 'muster.blocks.v1'] });
      const cpuBefore = await metric('process_cpu_seconds_total');
      const read = logReader('any');
      const beganAt = performance.now();
      let sent = 0;
      for (let from = 0; from < lines; from += batch) {
        const events = Array.from(
          { length: batch },
          (_, index) => sample[(from + index) % sample.length] ?? '',
        ).flatMap((line) => {
          const reading = read(line, { now: Date.now(), target: 'site' });
          return reading.kind === 'sightings' ? reading.sightings.map((event) => ({ ...event, at: Date.now() })) : [];
        });
        await client.publish('muster.security-events.v1', events);
        sent += events.length;
      }
      for (let handled = 0; handled < sent; handled = await metric('muster_handled_total')) {
        if (performance.now() - beganAt > giveUpMs)
          throw new Error(`The agent handled ${handled} of ${sent} events in three minutes.`);
        await sleep(100);
      }
      const seconds = (performance.now() - beganAt) / 1_000;
      const cpu = (await metric('process_cpu_seconds_total')) - cpuBefore;
      print('Through real servers');
      print(
        `  line to decision         ${Math.round(sent / seconds).toLocaleString('en')} lines/s, ${((cpu / sent) * 1e6).toFixed(0)} us CPU of the agent a line`,
      );

      const list = blockListOf(allowListOf({ entries: [] }));
      const following = await followBlocks((...parts) => client.consume('muster.blocks.v1', ...parts), list);
      const waits: number[] = [];
      for (let nth = 0; nth < blocks; nth += 1) {
        const address = `2001:db8::${(nth + 1).toString(16)}`;
        const startsAt = Date.now();
        const publishedAt = performance.now();
        await client.publish('muster.blocks.v1', {
          address,
          status: 'ACTIVE',
          startsAt,
          endsAt: startsAt + 600_000,
          decidedBy: 'bench',
        });
        while (list.find(address, Date.now()) === undefined) await sleep(1);
        waits.push(performance.now() - publishedAt);
      }
      await following.stop();
      const { p50, p95 } = percentiles(waits);
      print(
        `  block to closed door     p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms (from the call that publishes, ${blocks} blocks)`,
      );
      print();
    },
    'bench-security',
  );
}

/** The sum of a metric over its labels. */
async function metricOf(url: string, name: string): Promise<number> {
  const text = await (await fetch(url)).text();
  const values = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
