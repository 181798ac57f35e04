import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { pass, warn, type CheckInput, type Finding } from './finding.ts';

/** How full the machine is, in percent, and how many processes run or wait for each processor. */
export interface Fullness {
  readonly cpu: number;
  readonly memory: number;
  readonly disk: number;
  readonly load: number;
}

const cpuForMs = 250;

/** Looks at the machine (or the container's share of memory) that health itself runs on. */
export async function checkSystem({ check, signal }: CheckInput): Promise<Finding> {
  const before = cpuTimes();
  await pause(cpuForMs, undefined, { signal });
  const after = cpuTimes();
  const limit = process.constrainedMemory();
  const total = limit > 0 && limit < totalmem() ? limit : totalmem();
  const { blocks, bavail } = await statfs(check.path ?? '/');
  return judgeSystem(
    {
      cpu: (100 * (after.busy - before.busy)) / Math.max(1, after.all - before.all),
      memory: 100 * (1 - Math.min(process.availableMemory(), total) / total),
      disk: 100 * (1 - bavail / Math.max(1, blocks)),
      load: (loadavg()[0] ?? 0) / availableParallelism(),
    },
    check,
  );
}

/** Names what is too full; the value is the fullest of the three that have an end. */
export function judgeSystem(
  { cpu, memory, disk, load }: Fullness,
  { cpuPercent = 95, memoryPercent = 95, diskPercent = 90, loadPerCpu = 4, path = '/' }: Partial<CheckInput['check']>,
): Finding {
  const too = [
    [cpu, cpuPercent, 'the processors are'],
    [memory, memoryPercent, 'memory is'],
    [disk, diskPercent, `the disk of ${path} is`],
  ] as const;
  const reasons = too
    .filter(([percent, limit]) => percent > limit)
    .map(([percent, limit, what]) => `${what} ${Math.round(percent)} % full (limit ${limit} %)`);
  if (load > loadPerCpu) reasons.push(`the load is ${load.toFixed(1)} for each processor (limit ${loadPerCpu})`);
  const measured = { value: Math.round(10 * Math.max(cpu, memory, disk)) / 10, unit: '%' };
  return { ...(reasons.length === 0 ? pass : warn(reasons.join(', '))), ...measured };
}

function cpuTimes(): { readonly busy: number; readonly all: number } {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const sum = times.user + times.nice + times.sys + times.irq + times.idle;
    all += sum;
    busy += sum - times.idle;
  }
  return { busy, all };
}
