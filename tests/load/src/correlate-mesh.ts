/** Alerts a second through the correlation agent at work: real Kafka, registry and Redis, one process; the alerts lie in the topic before it starts. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, Outgoing } from '@muster/bus';
import { correlation } from '@muster/correlation';
import { topicConfig, topicFor } from '@muster/schemas';
import type { AlertRow } from './alert-rows.ts';
import { prepareFor, withBenchMesh } from './bench-mesh.ts';
import { alertValueOf } from './correlation-run.ts';
import { metricIn, metricsOf, startMember, type FleetMember } from './fleet.ts';

export interface MeshThroughput {
  /** What the rate rests on. */
  readonly alerts: number;
  readonly seconds: number;
  readonly alertsPerSecond: number;
  readonly cpuMicrosPerAlert: number;
  /** Resident memory when it was ready, and after each tenth of the work; bytes. */
  readonly rss: readonly number[];
  readonly rssPeak: number;
  /** Heap that is in use after a garbage collection, when it was ready and at the end; bytes. */
  readonly heapAlive: readonly [number, number];
  readonly published: number;
}

interface Point {
  readonly at: number;
  readonly handled: number;
  /** Without what it hears of itself. */
  readonly alerts: number;
  readonly published: number;
  readonly cpu: number;
  readonly rss: number;
}

const batch = 5_000;
/** The first so many of a file: enough for a rate, and little enough for a small disk. */
const most = 500_000;
/** What is not worked off by then is left. */
const longestMs = 120_000;
const sampleMs = 250;
const main = resolve(import.meta.dirname, '../../../services/correlation/src/main.ts');

/** Publishes the alerts by their times, then measures how fast one instance gets through them, from a twentieth of them to the last. */
export function measureMesh(rows: readonly AlertRow[]): Promise<MeshThroughput> {
  const sorted = rows.toSorted((a, b) => a.at - b.at || a.index - b.index).slice(0, most);
  // As if the last had come just now: the mesh does not take what is years old.
  const later = Date.now() - (sorted.at(-1)?.at ?? 0);
  const ordered = sorted.map((row) => ({ ...row, at: row.at + later }));
  return withBenchMesh(
    [],
    async ({ urls }, bus, dataDir) => {
      await prepareFor(bus, [correlation]);
      await keepAllAlerts(bus);
      await bus.warm({ reads: [], writes: ['muster.alerts.v1'] });
      for (let from = 0; from < ordered.length; from += batch)
        await bus.publish(ordered.slice(from, from + batch).map(messageOf));
      const agent = await startMember({ main, instance: 'correlation-1', urls, dataDir, env: { LOG_LEVEL: 'warn' } });
      await agent.ready(120_000);
      const { heapUsed: heapBefore } = await agent.alive();
      const points = await watch(agent, ordered.length);
      const { heapUsed: heapAfter } = await agent.alive();
      await agent.end('SIGTERM');
      return { ...rateOf(points, ordered.length), heapAlive: [heapBefore, heapAfter] };
    },
    'bench-correlate',
  );
}

/** The topic is compacted, and a broker with small segments begins with that before the alerts are heard: here all of them are to be. */
async function keepAllAlerts(bus: Bus): Promise<void> {
  const { admin } = bus.log;
  const topic = 'muster.alerts.v1';
  const definition = topicFor(topic);
  await admin.deleteTopics([topic]);
  while ((await admin.topics()).some((each) => each.topic === topic)) await sleep(sampleMs);
  const config = { ...topicConfig(definition), 'cleanup.policy': 'delete' };
  await admin.createTopics([{ topic, partitions: definition.partitions, config }]);
}

/** Looks at it four times a second until all is handled, or for as long as is given. */
async function watch(agent: FleetMember, all: number): Promise<Point[]> {
  const points: Point[] = [];
  const beganAt = performance.now();
  for (let handled = 0; handled < all && performance.now() - beganAt < longestMs;) {
    const text = await metricsOf(agent.url);
    const published = metricIn(text, 'muster_published_total');
    handled = metricIn(text, 'muster_handled_total');
    points.push({
      at: performance.now(),
      handled,
      // What it published it hears again; taking all of that off counts too few rather than too many.
      alerts: handled - published,
      published,
      cpu: metricIn(text, 'process_cpu_seconds_total'),
      rss: metricIn(text, 'process_resident_memory_bytes'),
    });
    if (handled < all) await sleep(sampleMs);
  }
  return points;
}

function rateOf(points: readonly Point[], all: number): Omit<MeshThroughput, 'heapAlive'> {
  const begin = points.find(({ handled }) => handled > all / 20) ?? points[0];
  const end = points.findLast(({ handled }) => handled < all) ?? points.at(-1);
  if (begin === undefined || end === undefined || end.alerts <= begin.alerts)
    throw new Error('The alerts are too few for a rate.');
  const alerts = end.alerts - begin.alerts;
  const seconds = (end.at - begin.at) / 1_000;
  const last = points.at(-1)?.handled ?? 0;
  const tenths = Array.from({ length: 11 }, (_, tenth) => points.find(({ handled }) => handled >= (last * tenth) / 10));
  return {
    alerts,
    seconds,
    alertsPerSecond: alerts / seconds,
    cpuMicrosPerAlert: ((end.cpu - begin.cpu) / alerts) * 1e6,
    rss: tenths.flatMap((point) => (point === undefined ? [] : [point.rss])),
    rssPeak: Math.max(...points.map(({ rss }) => rss)),
    published: points.at(-1)?.published ?? 0,
  };
}

function messageOf(row: AlertRow): Outgoing<'muster.alerts.v1'> {
  const id = randomUUID();
  const envelope = { id, time: row.at, source: 'bench', correlationId: id, causationId: null };
  return { topic: 'muster.alerts.v1', value: alertValueOf(row), envelope };
}
