/** What keys cost: throughput, memory and recovery of one agent with the same messages over more and more keys. */
import { setTimeout as sleep } from 'node:timers/promises';
import { monitoring } from '@muster/monitoring';
import { prepareFor, withBenchMesh } from './bench-mesh.ts';
import { aloneInGroup, monitoringMain, startMember, type FleetMember } from './fleet.ts';
import { startGenerator } from './generating.ts';
import { watchMarks } from './marks.ts';
import { publishMarkRule } from './metric-load.ts';
import { circumstances, cpuSecondsOf, residentOf } from './process-cost.ts';
import { recoveryOf } from './recovery.ts';
import { redisBytes } from './redis-memory.ts';

export interface KeyCostOptions {
  readonly fewestKeys: number;
  readonly mostKeys: number;
  /** The same for every number of keys. */
  readonly messages: number;
  /** Messages a second while the agent is killed. */
  readonly rate: number;
  /** Of one number of keys. */
  readonly withinMs: number;
}

const marksPerSecond = 60;
const print = (line = ''): void => void process.stdout.write(`${line}\n`);
const headings = [
  'keys',
  'messages/s',
  'CPU us',
  'resident MB',
  'most MB',
  'heap MB',
  'Redis MB',
  'bytes/key',
  'ready s',
  'recovered s',
];
const line = (cells: readonly string[]): string =>
  cells.map((cell, index) => cell.padStart(Math.max(9, headings[index]?.length ?? 0))).join('  ');
const whole = (value: number): string => Math.round(value).toLocaleString('en');

export async function measureKeyCost(options: KeyCostOptions): Promise<void> {
  print(await circumstances());
  print(
    `${whole(options.messages)} messages over so many keys through one agent, from a log that is full of them; then, under`,
  );
  print(
    `${whole(options.rate)} messages/s, kill -9 and a restart at once. Redis MB is its own account of its data; recovered: all partitions are up to date again.`,
  );
  print();
  print(line(headings));
  for (let keys = options.fewestKeys; keys <= options.mostKeys; keys *= 10) {
    const cells = [whole(keys)];
    const overdue = new Error(`given up after ${options.withinMs / 60_000} min`);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(overdue), options.withinMs);
    try {
      await withBenchMesh(
        [],
        (mesh, bus, dataDir) => measure(keys, options, cells, { mesh, bus, dataDir, signal: deadline.signal }),
        'bench-keys',
      );
      print(line(cells));
    } catch (error) {
      print(`${line(cells)}  ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

interface Scene {
  readonly mesh: { readonly urls: Parameters<typeof startGenerator>[0] };
  readonly bus: Parameters<typeof watchMarks>[0];
  readonly dataDir: string;
  readonly signal: AbortSignal;
}

/** Adds a row's cells as they become known, so that what is given up still shows how far it came. */
async function measure(keys: number, options: KeyCostOptions, cells: string[], scene: Scene): Promise<void> {
  const { mesh, bus, dataDir, signal } = scene;
  const { urls } = mesh;
  await prepareFor(bus, [monitoring]);
  await publishMarkRule(bus);
  const generator = await startGenerator(urls, keys);
  await generator.fill(options.messages);
  while ((await generator.report()).stored < options.messages) await pause(signal, 200);

  // 1,000 messages/s over 100,000 series leave each silent for 100 s: that they stopped would be the most there is to do.
  const env = { LOG_LEVEL: 'warn', MUSTER_ABSENCE: 'false' };
  const start = (): Promise<FleetMember> =>
    startMember({ main: monitoringMain, instance: 'monitoring-1', urls, dataDir, env });
  const agent = await start();
  const points: { readonly at: number; readonly handled: number; readonly cpu: number }[] = [];
  let most = 0;
  for (let handled = 0; handled < options.messages;) {
    await pause(signal, 250);
    handled = await agent.metric('muster_handled_total').catch(() => 0);
    points.push({ at: performance.now(), handled, cpu: cpuSecondsOf(agent.pid) });
    most = Math.max(most, residentOf(agent.pid));
  }
  const begin = points.findLast(({ handled }) => handled < options.messages * 0.1) ?? points[0];
  const end = points.find(({ handled }) => handled >= options.messages * 0.98) ?? points.at(-1);
  if (begin === undefined || end === undefined || end.at === begin.at) throw new Error('too few messages for a rate');
  cells.push(whole(((end.handled - begin.handled) / (end.at - begin.at)) * 1_000));
  cells.push((((end.cpu - begin.cpu) / (end.handled - begin.handled)) * 1e6).toFixed(1));
  await agent.ready();
  await aloneInGroup(bus, 'monitoring', 1);
  await pause(signal, 6_000);
  const redis = await redisBytes(urls.redisUrl);
  const { memory } = await agent.vitals();
  cells.push(
    whole(memory.rss / 1e6),
    whole(most),
    whole(memory.heapUsed / 1e6),
    whole(redis / 1e6),
    whole(redis / keys),
  );

  const marks = await watchMarks(bus);
  await generator.rate(options.rate - marksPerSecond, marksPerSecond);
  await pause(signal, 5_000);
  await agent.end('SIGKILL');
  const killedAt = Date.now();
  const successor = await start();
  const isReady = successor.ready(options.withinMs).then(() => Date.now());
  const recovery = recoveryOf(killedAt);
  isReady.catch(() => undefined);
  while (recovery.recoveredAt() === undefined) {
    await pause(signal, 200);
    for (const mark of marks.take()) recovery.note(mark);
  }
  cells.push((((await isReady) - killedAt) / 1_000).toFixed(1));
  cells.push((((recovery.recoveredAt() ?? Number.NaN) - killedAt) / 1_000).toFixed(1));
  await generator.rate(0, 0);
  await successor.end('SIGTERM');
  generator.end();
}

async function pause(signal: AbortSignal, ms: number): Promise<void> {
  signal.throwIfAborted();
  await sleep(ms);
}
