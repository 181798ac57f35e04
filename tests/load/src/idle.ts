/** What a mesh costs that has nothing to do: CPU and resident memory of each of its processes over a while. Linux only. */
import { setTimeout as sleep } from 'node:timers/promises';
import { findStack } from '@muster/local-stack';
import { withBenchMesh } from './bench-mesh.ts';
import { numberOption } from './percentiles.ts';
import { cpuSecondsOf, residentOf } from './process-cost.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(`npm run bench:idle -- [--seconds 60]

Starts a mesh, leaves it alone, and prints what share of one core each process used, and its resident memory.\n`);
  process.exit(0);
}

const seconds = numberOption('seconds', 60);
await withBenchMesh(undefined, async (mesh, _bus, dataDir) => {
  const servers = (await findStack(dataDir))?.processes ?? [];
  const processes = [...servers, ...mesh.agents].map(({ name, pid }) => ({ name, pid }));
  await sleep(15_000);
  const before = processes.map(({ pid }) => cpuSecondsOf(pid));
  const began = performance.now();
  await sleep(seconds * 1_000);
  const elapsed = (performance.now() - began) / 1_000;
  let total = 0;
  process.stdout.write(`\nidle for ${elapsed.toFixed(0)} s              CPU of a core   resident\n`);
  for (const [index, { name, pid }] of processes.entries()) {
    const share = ((cpuSecondsOf(pid) - (before[index] ?? 0)) / elapsed) * 100;
    total += share;
    process.stdout.write(
      `${name.padEnd(28)} ${share.toFixed(2).padStart(8)} %   ${residentOf(pid).toFixed(0).padStart(5)} MB\n`,
    );
  }
  process.stdout.write(`${'all'.padEnd(28)} ${total.toFixed(2).padStart(8)} %\n`);
});
process.exit();
