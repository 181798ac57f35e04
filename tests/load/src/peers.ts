/** A request by capability and its answer, beside what NestJS and Moleculer do with the same echo on the same broker, in turns in the same run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { withBenchMesh } from './bench-mesh.ts';
import { asked, started } from './peers/processes.ts';
import { startEcho } from './peers/start-echo.ts';
import { hasOption, ms, numberOption, percentiles } from './percentiles.ts';
import { circumstances } from './process-cost.ts';

if (hasOption('help')) {
  process.stdout.write(`npm run bench:peers -- [--seconds 10] [--rounds 3] [--slow 15] [--warm-up 300]

The same echo of 200 bytes, asked for at 1 and at 200 requests a second by one process, answered by another, over the same Kafka:
  muster      client -> muster.tasks.v1 -> router -> the agent's inbox -> agent -> muster.task-results.v1 -> client; each hop stored before it leaves
  NestJS      ClientKafka.send -> topic -> handler -> reply topic -> client (kafkajs), with the defaults of the framework
  Moleculer   broker.call -> the node's topic -> action -> the caller's topic (@platformatic/kafka), with the defaults of the framework
In turns of --seconds at 200/s and of --slow seconds at 1/s, --rounds times. Prints p50, p95 and p99 of all that was answered, and what was not.
Muster does more for it: two more hops, a choice of agent, and every hop durable; the comparison is of what a requester waits for.\n`);
  process.exit(0);
}

const seconds = numberOption('seconds', 10);
const slowSeconds = numberOption('slow', 15);
const rounds = numberOption('rounds', 3);
const warmUp = numberOption('warm-up', 300);
const peers = ['muster', 'nest', 'moleculer'] as const;
const loads = [
  { rate: 1, count: slowSeconds },
  { rate: 200, count: 200 * seconds },
];

const when = await circumstances();
await withBenchMesh(
  ['router'],
  async ({ urls }, bus, dataDir) => {
    const replies = ['bench.nest-echo', 'bench.nest-echo.reply'];
    await bus.log.admin.createTopics(replies.map((topic) => ({ topic, partitions: 12, config: {} })));
    await Promise.all([
      startEcho('bench-echo', { bus, urls, dataDir }),
      started('nest-service.ts', urls),
      started('moleculer-service.ts', urls),
    ]);
    const clients = await Promise.all(
      peers.map(async (peer) => ({ peer, client: await started('client.ts', urls, [peer]) })),
    );
    await sleep(3_000);
    for (const { client } of clients) await asked(client, { rate: 50, count: warmUp });
    const rows: string[] = [];
    for (const load of loads) {
      const results = new Map(peers.map((peer) => [peer, { took: [] as number[], failed: 0, fault: '' }]));
      for (let round = 1; round <= rounds; round += 1) {
        for (const { peer, client } of clients) {
          process.stderr.write(`  ${load.rate}/s, round ${round} of ${rounds}: ${peer}\n`);
          const { took, failed, firstFault = '' } = await asked(client, load);
          const result = results.get(peer)!;
          result.took.push(...took);
          result.failed += failed;
          result.fault ||= firstFault;
        }
      }
      for (const [peer, { took, failed, fault }] of results) {
        const { p50, p95, p99 } = percentiles(took);
        const lost = failed === 0 ? '' : `   ${failed} failed: ${fault}`;
        rows.push(
          `${`${load.rate}/s`.padStart(6)}  ${peer.padEnd(10)} ${ms(p50)} ${ms(p95)} ${ms(p99)}   ${took.length} answered${lost}`,
        );
      }
    }
    process.stdout.write(`\n${when}\n\nrequest -> answer         p50        p95        p99\n${rows.join('\n')}\n`);
  },
  'bench-peers',
);
process.exit();
