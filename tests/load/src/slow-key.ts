/** What one slow key does to the others: the same load with and without it, in turns, on the real stack. */
import { setTimeout as sleep } from 'node:timers/promises';
import { partitionOfKey } from '@muster/bus';
import { prepareFor, withBenchMesh } from './bench-mesh.ts';
import { metricFor, watchSubject, type Echo } from './echoes.ts';
import { aloneInGroup, startMember, subjectMain } from './fleet.ts';
import { pacedLoad } from './paced-load.ts';
import { hasOption, ms, numberOption, percentiles, times } from './percentiles.ts';
import { circumstances } from './process-cost.ts';
import { subject } from './subject.ts';

if (hasOption('help')) {
  process.stdout
    .write(`npm run bench:slow-key -- [--rate 1000] [--keys 200] [--micros 50] [--slower 1000] [--seconds 10] [--rounds 3]

One agent whose handler takes 50 us of CPU, under an even load over all keys. In turns, within one run: undisturbed; one key slower by the factor because it waits
(its handler answers with a promise); and one key slower because it computes, for which the runtime takes it to a thread beside the others. Prints p50, p95 and p99 of the hop of the other keys
(from the log's taking a metric in to its taking the answer in), and their ratio to the undisturbed turns. Aim: p95 within 1.5.

A key that only waits must not be noticed. Nor must one that computes, once it is known.\n`);
  process.exit(0);
}

const rate = numberOption('rate', 1_000);
const keys = numberOption('keys', 200);
const micros = numberOption('micros', 50);
const slower = numberOption('slower', 1_000);
const seconds = numberOption('seconds', 10);
const rounds = numberOption('rounds', 3);
const partitions = 12;

const turns = [
  { name: 'undisturbed', how: 'busy', factor: 1 },
  { name: 'one key waits', how: 'waiting', factor: slower },
  { name: 'one key computes', how: 'busy', factor: slower },
] as const;
type Turn = (typeof turns)[number];
const slowTarget = 'key-0';
const slowKey = `${slowTarget}/work`;

const when = await circumstances();
await withBenchMesh(
  [],
  async ({ urls }, bus, dataDir) => {
    await prepareFor(bus, [subject]);
    const agent = await startMember({ main: subjectMain, instance: 'subject-1', urls, dataDir });
    await agent.ready();
    await aloneInGroup(bus, subject.name, 1);
    const echoes = await watchSubject(bus);
    let turn: Turn = turns[0];
    const load = pacedLoad(bus, rate, (from, count) =>
      Array.from({ length: count }, (_, offset) => {
        const index = (from + offset) % keys;
        return index === 0
          ? metricFor(slowTarget, micros * turn.factor, turn.how)
          : metricFor(`key-${index}`, micros, 'busy');
      }),
    );
    await sleep(5_000);
    const measured = new Map<Turn, { echoes: Echo[]; loopUse: number }>(
      turns.map((each) => [each, { echoes: [], loopUse: 0 }]),
    );
    for (let round = 1; round <= rounds; round += 1)
      for (const each of turns) {
        turn = each;
        await sleep(2_000);
        echoes.take();
        await agent.vitals();
        await sleep(seconds * 1_000);
        const { loopUse } = await agent.vitals();
        const sofar = measured.get(each);
        measured.set(each, {
          echoes: [...(sofar?.echoes ?? []), ...echoes.take()],
          loopUse: (sofar?.loopUse ?? 0) + loopUse / rounds,
        });
        process.stderr.write(`  round ${round}: ${each.name}\n`);
      }
    await load.stop();

    const slowPartition = partitionOfKey(slowKey, partitions);
    const perSecond = rate / keys;
    const share = (perSecond * micros * slower) / 1e6;
    process.stdout.write(
      `\n${when}\n${rate} messages/s over ${keys} keys, ${micros} us each; the slow key: ${perSecond.toFixed(1)}/s of ${((micros * slower) / 1_000).toFixed(0)} ms, ${(share * 100).toFixed(0)} % of its time\n` +
        `hop of the other keys           p50        p95        p99     p95 to undisturbed    messages   loop busy\n`,
    );
    const base = percentiles(othersOf(measured.get(turns[0])?.echoes ?? []));
    for (const [{ name }, { echoes: all, loopUse }] of measured) {
      const groups = [
        [name, othersOf(all)],
        ['  in its partition', othersOf(all.filter(({ partition }) => partition === slowPartition))],
      ] as const;
      for (const [label, hops] of groups) {
        const { p50, p95, p99 } = percentiles(hops);
        process.stdout.write(
          `${label.padEnd(24)} ${ms(p50)} ${ms(p95)} ${ms(p99)} ${times(p95 / base.p95).padStart(16)}   ${String(hops.length).padStart(15)}   ${label === name ? `${(loopUse * 100).toFixed(0)} %`.padStart(9) : ''}\n`,
        );
      }
      const own = percentiles(all.filter(({ key }) => key === slowKey).map(({ hopMs }) => hopMs));
      process.stdout.write(`${'  the slow key itself'.padEnd(24)} ${ms(own.p50)} ${ms(own.p95)} ${ms(own.p99)}\n`);
    }
    await agent.end('SIGTERM');
  },
  'bench-slow-key',
);
process.exit();

function othersOf(echoes: readonly Echo[]): number[] {
  return echoes.filter(({ key }) => key !== slowKey).map(({ hopMs }) => hopMs);
}
