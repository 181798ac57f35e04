/** Steps the load up until a hop takes too long, and says what is full then. */
import { mkdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findStack } from '@muster/local-stack';
import { monitoring } from '@muster/monitoring';
import { prepareFor, withBenchMesh } from './bench-mesh.ts';
import { aloneInGroup, metricsOf, monitoringMain, startMember, type FleetMember } from './fleet.ts';
import { startGenerator, type Generator } from './generating.ts';
import { bucketsIn, quantileOf, since, together, type Buckets } from './hop-buckets.ts';
import { limitingPart } from './limiting-part.ts';
import { watchMarks } from './marks.ts';
import { publishMarkRule } from './metric-load.ts';
import { percentiles } from './percentiles.ts';
import { circumstances, cpuMeter, type Watched } from './process-cost.ts';
import { hottest, sharesByPart, type CpuProfile } from './profile-parts.ts';

export interface LoadStepsOptions {
  readonly instances: readonly number[];
  /** Messages a second of the first step, of the last at the most, and from step to step. */
  readonly from: number;
  readonly most: number;
  readonly factor: number;
  /** How long each step is measured. */
  readonly seconds: number;
  readonly series: number;
  readonly limitMs: number;
  readonly profiles: string | undefined;
}

const settleMs = 3_000;
const profileMs = 4_000;
const marksPerSecond = 60;
const print = (line = ''): void => void process.stdout.write(`${line}\n`);
const whole = (value: number): string => Math.round(value).toLocaleString('en');
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const millis = (value: number): string =>
  Number.isNaN(value)
    ? '-'
    : value === Number.POSITIVE_INFINITY
      ? '> 30 s'
      : value < 10
        ? value.toFixed(1)
        : whole(value);

interface Step {
  readonly row: readonly string[];
  readonly isOver: boolean;
  readonly why: string;
  readonly profile: string;
}

export async function measureLoadSteps(options: LoadStepsOptions): Promise<void> {
  const cores = cpus().length;
  print(await circumstances());
  print('CPU is in % of one core; `others` is what ran besides.');
  for (const count of options.instances)
    await withBenchMesh(
      [],
      async ({ urls }, bus, dataDir) => {
        await prepareFor(bus, [monitoring]);
        await publishMarkRule(bus);
        const members: FleetMember[] = [];
        for (let index = 1; index <= count; index += 1)
          members.push(await startMember({ main: monitoringMain, instance: `monitoring-${index}`, urls, dataDir }));
        await Promise.all(members.map((member) => member.ready()));
        await aloneInGroup(bus, 'monitoring', count);
        const generator = await startGenerator(urls, options.series);
        const servers = (await findStack(dataDir))?.processes ?? [];
        const processes = (): Watched[] => [
          ...members.map(({ pid }) => ({ name: 'agents', pid })),
          ...servers.map(({ name, pid }) => ({ name: wordFor[name] ?? name, pid })),
          { name: 'load', pid: generator.pid },
          { name: 'bench', pid: process.pid },
        ];
        const marks = await watchMarks(bus);
        const profiles = resolve(options.profiles ?? join(dataDir, 'profiles'));
        mkdirSync(profiles, { recursive: true });

        print(`\n${count} ${count === 1 ? 'instance' : 'instances'}, ${whole(options.series)} series`);
        print(line(headings));
        let last: Step | undefined;
        for (let rate = options.from; rate <= options.most; rate *= options.factor) {
          const profile = join(profiles, `${count}-instances-${Math.round(rate)}.cpuprofile`);
          const scene = { members, generator, processes, marks, options, profile, cores };
          last = await step(rate, scene);
          print(line(last.row));
          // Once may have been somebody else's doing.
          if (last.isOver) print(line((last = await step(rate, scene)).row));
          if (last.isOver) break;
        }
        if (last === undefined) return;
        print(
          last.isOver ? `limit: ${last.why}` : `no limit up to ${whole(options.most)}/s; at the last step: ${last.why}`,
        );
        tellProfile(last.profile);
        generator.end();
        await Promise.all(members.map((member) => member.end('SIGTERM')));
      },
      'bench-limits',
    );
}

const wordFor: Readonly<Record<string, string>> = { kafka: 'Kafka', redis: 'Redis', registry: 'registry' };
const headings = [
  'offered/s',
  'stored/s',
  'hop p50',
  'p95',
  'p99 ms',
  'alert p50',
  'p99 ms',
  'agents',
  'busiest loop',
  'GC',
  'loop p99 ms',
  'Kafka',
  'Redis',
  'load',
  'others',
];
const line = (cells: readonly string[]): string =>
  cells.map((cell, index) => cell.padStart(Math.max(7, headings[index]?.length ?? 0))).join('  ');

interface Scene {
  readonly members: readonly FleetMember[];
  readonly generator: Generator;
  readonly processes: () => Watched[];
  readonly marks: Awaited<ReturnType<typeof watchMarks>>;
  readonly options: LoadStepsOptions;
  readonly profile: string;
  readonly cores: number;
}

async function step(rate: number, scene: Scene): Promise<Step> {
  const { members, generator, processes, marks, options, profile, cores } = scene;
  await generator.rate(rate - marksPerSecond, marksPerSecond);
  await sleep(settleMs);
  const before = await hops(members);
  await Promise.all(members.map((member) => member.vitals()));
  marks.take();
  const meter = cpuMeter(processes);
  const storedBefore = (await generator.report()).stored;
  meter.begin();
  const beganAt = performance.now();
  await sleep(options.seconds * 1_000);
  const { stored } = await generator.report();
  const seconds = (performance.now() - beganAt) / 1_000;
  const { byName, others } = meter.read();
  const alerts = percentiles(marks.take().map(({ delayMs }) => delayMs));
  const vitals = await Promise.all(members.map((member) => member.vitals()));
  const after = await hops(members);
  const passed = since(before, after);
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => quantileOf(passed, share) * 1_000) as [
    number,
    number,
    number,
  ];
  const handledRate = (passed.counts.at(-1) ?? 0) / seconds;
  const storedRate = (stored - storedBefore) / seconds;
  const busiest = vitals.toSorted((a, b) => b.loopUse - a.loopUse)[0];
  const member = members[vitals.findIndex((each) => each === busiest)] ?? members[0];
  await member?.profile(profileMs, profile);
  const loopUse = busiest?.loopUse ?? 0;
  const gc = busiest === undefined ? 0 : busiest.gcMs / busiest.elapsedMs;
  const ownCpu = busiest === undefined ? 0 : busiest.cpuMs / busiest.elapsedMs;
  const loopDelayP99Ms = Math.max(...vitals.map(({ loopDelayP99Ms: late }) => late));
  const isBehind = handledRate < 0.95 * storedRate;
  const isOver = p99 > options.limitMs || isBehind || storedRate < 0.9 * rate;
  const of = (name: string): number => byName.get(name) ?? 0;
  const behind = isBehind ? ` It handled ${whole(handledRate)} of ${whole(storedRate)}/s.` : '';
  const evidence = {
    cores,
    cpu: byName,
    others,
    loopUse,
    ownCpu,
    gc,
    loopDelayP99Ms,
    offered: rate,
    stored: storedRate,
  };
  return {
    row: [
      whole(rate),
      whole(storedRate),
      millis(p50),
      millis(p95),
      millis(p99),
      millis(alerts.p50),
      millis(alerts.p99),
      percent(of('agents')),
      percent(loopUse),
      percent(gc),
      millis(loopDelayP99Ms),
      percent(of('Kafka')),
      percent(of('Redis')),
      percent(of('load')),
      percent(others),
    ],
    isOver,
    why: `${limitingPart(evidence)}.${behind}`,
    profile,
  };
}

async function hops(members: readonly FleetMember[]): Promise<Buckets> {
  const texts = await Promise.all(members.map(({ url }) => metricsOf(url)));
  return together(texts.map((text) => bucketsIn(text, 'muster_hop_seconds')));
}

function tellProfile(file: string): void {
  const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
  const { busy, shares } = sharesByPart(profile);
  print(`the busiest instance's thread at that step, by part (busy ${percent(busy)} of ${profileMs / 1_000} s):`);
  for (const [part, share] of shares) if (share > 0.005) print(`  ${percent(share).padStart(5)}  ${part}`);
  print('the functions that took most:');
  for (const [name, share] of hottest(profile, 10)) print(`  ${percent(share).padStart(5)}  ${name}`);
}
