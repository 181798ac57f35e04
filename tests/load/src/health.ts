/** Many targets, checked by the agent health through real servers: what it costs, how late checks begin, how soon a failure is told. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, Following } from '@muster/bus';
import { health } from '@muster/health';
import type { CheckResult } from '@muster/schemas';
import { prepareFor, withBenchMesh } from './bench-mesh.ts';
import { startMember } from './fleet.ts';
import { serveHealthTargets } from './health-targets.ts';
import { hasOption, ms, numberOption, percentiles, textOption } from './percentiles.ts';
import { circumstances, cpuMeter, residentOf } from './process-cost.ts';

if (hasOption('help')) {
  process.stdout
    .write(`npm run bench:health -- [--targets 1000] [--hanging 50] [--every 60s] [--seconds 180] [--broken 20]

Serves targets on loopback (eight of ten HTTP, two TCP), some of which never answer, and has one instance of health check them. After a first round some that
were well are broken, one after the other at even times. Prints the agent's CPU and memory, how late checks began, whether any of a target that answers was left
out, how long it took from breaking a target to the alert on the topic, and how many alerts there were about targets that were well.\n`);
  process.exit(0);
}

const count = numberOption('targets', 1_000);
const hanging = hasOption('hanging') && textOption('hanging') === '0' ? 0 : numberOption('hanging', 50);
const every = textOption('every') ?? '60s';
const seconds = numberOption('seconds', 180);
const brokenCount = numberOption('broken', 20);
const main = resolve(import.meta.dirname, '../../../services/health/src/main.ts');
const everyMs = Number.parseFloat(every) * (every.endsWith('m') ? 60_000 : 1_000);

interface Heard {
  readonly results: Map<string, number[]>;
  readonly late: number[];
  readonly firing: Map<string, number>;
}

const when = await circumstances();
const targets = await serveHealthTargets({ count, hanging, every });
await withBenchMesh(
  [],
  async ({ urls }, bus, dataDir) => {
    await prepareFor(bus, [health]);
    const heard: Heard = { results: new Map(), late: [], firing: new Map() };
    const following = await hear(bus, heard);
    const file = join(dataDir, 'targets.yaml');
    writeFileSync(file, targets.file);
    const env = { MUSTER_TARGETS_FILE: file, MUSTER_TOPOLOGY_CHECKS: 'false' };
    const agent = await startMember({ main, instance: 'health-1', urls, dataDir, env });
    await agent.ready();
    // A first look at everything, and the targets that hang found to hang.
    await sleep(Math.max(30_000, everyMs + 5_000));
    heard.late.length = 0;
    heard.results.clear();
    const meter = cpuMeter(() => [{ name: 'health', pid: agent.pid }]);
    meter.begin();
    const beganAt = Date.now();
    const broken = new Map<string, number>();
    // The last ones have time to be found.
    const breakFor = Math.max(1_000, seconds * 1_000 - everyMs - 20_000);
    for (let index = 0; index < brokenCount; index += 1) {
      const at = beganAt + (breakFor * (index + Math.random())) / brokenCount;
      await sleep(Math.max(0, at - Date.now()));
      const target = targets.breakable[Math.floor(((index + 0.5) / brokenCount) * targets.breakable.length)];
      if (target === undefined) continue;
      targets.break(target);
      broken.set(target, Date.now());
    }
    await sleep(Math.max(0, beganAt + seconds * 1_000 - Date.now()));
    const { byName, others } = meter.read();
    const elapsedMs = Date.now() - beganAt;
    await following.stop(2_000);

    const gaps: number[] = [];
    let leftOut = 0;
    for (let index = 0; index < count; index += 1) {
      const target = `target-${index}`;
      if (broken.has(target) || targets.hanging.has(target)) continue;
      const times = heard.results.get(target) ?? [];
      leftOut += Math.max(0, Math.floor(elapsedMs / everyMs) - times.length);
      for (const [at, time] of times.entries()) if (at > 0) gaps.push(Math.abs(time - times[at - 1]! - everyMs));
    }
    const told = [...broken].flatMap(([target, at]) => {
      const toldAt = heard.firing.get(target);
      return toldAt === undefined ? [] : [toldAt - at];
    });
    const falseAlarms = [...heard.firing.keys()].filter(
      (target) => !broken.has(target) && !targets.hanging.has(target),
    );
    const made = [...heard.results.values()].reduce((sum, { length }) => sum + length, 0);
    const gap = percentiles(gaps);
    const toAlert = percentiles(told);
    process.stdout.write(
      [
        when,
        `${count} targets every ${every}, ${hanging} of them hang (timeout 5 s); ${Math.round(elapsedMs / 1_000)} s`,
        `checks          ${(made / (elapsedMs / 1_000)).toFixed(1)}/s, left out ${leftOut}`,
        `health          ${(100 * (byName.get('health') ?? 0)).toFixed(1)} % of a core, ${residentOf(agent.pid).toFixed(0)} MB resident; everything else ${(100 * others).toFixed(0)} %`,
        `begun late      p99 ${ms(Math.max(...heard.late)).trim()} (the worst 10 s of ${heard.late.length})`,
        `off its time    p50 ${ms(gap.p50).trim()}, p99 ${ms(gap.p99).trim()} (targets that answer: from one result to the next, less ${every})`,
        `broken -> alert ${told.length} of ${broken.size}: p50 ${ms(toAlert.p50).trim()}, p95 ${ms(toAlert.p95).trim()}, longest ${ms(Math.max(...told)).trim()}`,
        `hanging told    ${[...targets.hanging].filter((target) => heard.firing.has(target)).length} of ${hanging}`,
        `false alarms    ${falseAlarms.length}${falseAlarms.length > 0 ? `: ${falseAlarms.slice(0, 5).join(', ')}` : ''}`,
        '',
      ].join('\n'),
    );
  },
  'bench-health',
);
targets.stop();
process.exit();

async function hear(bus: Bus, heard: Heard): Promise<Following> {
  const topics = ['muster.check-results.v1', 'muster.alerts.v1'] as const;
  await bus.warm({ reads: topics, writes: [] });
  return bus.log.follow({
    topics: [...topics],
    from: { at: 'end' },
    lost: (fault) => {
      throw fault;
    },
    records({ records }) {
      for (const record of records) {
        const decoded = bus.decode(record);
        if (decoded instanceof Promise || decoded.kind !== 'message') continue;
        const { message } = decoded;
        if (message.topic === 'muster.alerts.v1') {
          const { status, target } = message.value;
          if (status === 'FIRING' && !heard.firing.has(target)) heard.firing.set(target, message.timestamp);
          continue;
        }
        const { target, check, checkedAt, value: measured } = message.value as CheckResult;
        if (target === 'muster/health') {
          if (check === 'schedule' && measured !== null) heard.late.push(measured);
        } else heard.results.set(target, [...(heard.results.get(target) ?? []), checkedAt]);
      }
    },
  });
}
