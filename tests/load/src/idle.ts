/** What a mesh costs that has nothing to do: CPU and resident memory of each of its processes over a while. Linux only: it reads /proc. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { findStack } from '@muster/local-stack';
import { withBenchMesh } from './bench-mesh.ts';
import { numberOption } from './percentiles.ts';

if (process.argv.includes('--help')) {
  process.stdout.write(`npm run bench:idle -- [--seconds 60]

Starts a mesh, leaves it alone, and prints what share of one core each process used, and its resident memory.\n`);
  process.exit(0);
}

const seconds = numberOption('seconds', 60);
/** Ticks of /proc/<pid>/stat are hundredths of a second on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** CPU time of a process so far, in seconds. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Resident memory of a process, in MB. */
function memoryOf(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? Number.NaN) / 1_000;
}

await withBenchMesh(undefined, async (mesh, _bus, dataDir) => {
  const servers = (await findStack(dataDir))?.processes ?? [];
  const processes = [...servers, ...mesh.agents].map(({ name, pid }) => ({ name, pid }));
  await sleep(15_000);
  const before = processes.map(({ pid }) => cpuOf(pid));
  const began = performance.now();
  await sleep(seconds * 1_000);
  const elapsed = (performance.now() - began) / 1_000;
  let total = 0;
  process.stdout.write(`\nidle for ${elapsed.toFixed(0)} s              CPU of a core   resident\n`);
  for (const [index, { name, pid }] of processes.entries()) {
    const share = ((cpuOf(pid) - (before[index] ?? 0)) / elapsed) * 100;
    total += share;
    process.stdout.write(
      `${name.padEnd(28)} ${share.toFixed(2).padStart(8)} %   ${memoryOf(pid).toFixed(0).padStart(5)} MB\n`,
    );
  }
  process.stdout.write(`${'all'.padEnd(28)} ${total.toFixed(2).padStart(8)} %\n`);
});
process.exit();
