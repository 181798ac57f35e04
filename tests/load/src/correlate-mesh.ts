/** Alerts a second through the correlation agent at work: real Kafka, registry and Redis, one process; the alerts lie in the topic before it starts. */
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outgoing } from '@muster/bus';
import { correlation } from '@muster/correlation';
import type { AlertRow } from './alert-rows.ts';
import { prepareFor, withBenchMesh } from './bench-mesh.ts';
import { alertValueOf } from './correlation-run.ts';
import { startMember } from './fleet.ts';

export interface MeshThroughput {
  readonly alerts: number;
  readonly alertsPerSecond: number;
  readonly cpuMicrosPerAlert: number;
  readonly rssPeak: number;
  readonly published: number;
}

const batch = 5_000;
/** The first so many of a file: enough for a rate. */
const most = 100_000;
const giveUpMs = 300_000;
const main = resolve(import.meta.dirname, '../../../services/correlation/src/main.ts');

/** Publishes the alerts by their times, then measures how fast one instance gets through them, from a tenth of them to the last. */
export function measureMesh(rows: readonly AlertRow[]): Promise<MeshThroughput> {
  const sorted = rows.toSorted((a, b) => a.at - b.at || a.index - b.index).slice(0, most);
  // As if the last had come just now: the mesh does not take what is years old.
  const later = Date.now() - (sorted.at(-1)?.at ?? 0);
  const ordered = sorted.map((row) => ({ ...row, at: row.at + later }));
  return withBenchMesh(
    [],
    async ({ urls }, bus, dataDir) => {
      await prepareFor(bus, [correlation]);
      await bus.warm({ reads: [], writes: ['muster.alerts.v1'] });
      for (let from = 0; from < ordered.length; from += batch)
        await bus.publish(ordered.slice(from, from + batch).map(messageOf));
      const agent = await startMember({ main, instance: 'correlation-1', urls, dataDir, env: { LOG_LEVEL: 'warn' } });
      await agent.ready(120_000);
      const points: { at: number; alerts: number; handled: number; cpu: number; rss: number; published: number }[] = [];
      const beganAt = performance.now();
      for (let handled = 0; handled < ordered.length;) {
        handled = await agent.metric('muster_handled_total');
        const published = await agent.metric('muster_published_total');
        const cpu = await agent.metric('process_cpu_seconds_total');
        const rss = await agent.metric('process_resident_memory_bytes');
        // What it published it hears again; taking all of that off counts too few rather than too many.
        points.push({ at: performance.now(), alerts: handled - published, handled, cpu, rss, published });
        if (performance.now() - beganAt > giveUpMs)
          throw new Error(`The agent handled ${handled} of ${ordered.length} alerts in five minutes.`);
        if (handled < ordered.length) await sleep(250);
      }
      await agent.end('SIGTERM');
      const begin = points.find(({ handled }) => handled > ordered.length * 0.1) ?? points[0];
      const end = points.findLast(({ handled }) => handled < ordered.length) ?? points.at(-1);
      if (begin === undefined || end === undefined || end.alerts <= begin.alerts)
        throw new Error('The alerts are too few for a rate.');
      const alerts = end.alerts - begin.alerts;
      return {
        alerts,
        alertsPerSecond: (alerts / (end.at - begin.at)) * 1_000,
        cpuMicrosPerAlert: ((end.cpu - begin.cpu) / alerts) * 1e6,
        rssPeak: Math.max(...points.map(({ rss }) => rss)),
        published: points.at(-1)?.published ?? 0,
      };
    },
    'bench-correlate',
  );
}

function messageOf(row: AlertRow): Outgoing<'muster.alerts.v1'> {
  const id = randomUUID();
  const envelope = { id, time: row.at, source: 'bench', correlationId: id, causationId: null };
  return { topic: 'muster.alerts.v1', value: alertValueOf(row), envelope };
}
