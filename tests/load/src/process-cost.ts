/** What processes cost, from /proc: Linux only. */
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** Ticks of /proc are hundredths of a second on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** CPU time of a process so far, in seconds. */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Resident memory of a process, in MB of a million bytes. */
export function residentOf(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return (Number(line?.[1] ?? Number.NaN) * 1_024) / 1e6;
}

/** CPU time of all processes of the machine so far, in seconds, over all its cores. */
function machineCpuSeconds(): number {
  const [, ...fields] = /^cpu .*$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[0].split(/\s+/) ?? [];
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields.map(Number);
  return (user + nice + system + irq + softirq) / ticksPerSecond;
}

export interface Watched {
  readonly name: string;
  readonly pid: number;
}

/** Share of one core by process since `begin` was called, and of everything else on the machine. Processes of one name are added up. */
export function cpuMeter(processes: () => readonly Watched[]): {
  begin(): void;
  read(): { readonly byName: ReadonlyMap<string, number>; readonly others: number };
} {
  let before = new Map<number, number>();
  let machineBefore = 0;
  let beganAt = 0;
  return {
    begin() {
      before = new Map(processes().map(({ pid }) => [pid, cpuSecondsOf(pid)]));
      machineBefore = machineCpuSeconds();
      beganAt = performance.now();
    },
    read() {
      const seconds = (performance.now() - beganAt) / 1_000;
      const byName = new Map<string, number>();
      let ours = 0;
      for (const { name, pid } of processes()) {
        const share = (cpuSecondsOf(pid) - (before.get(pid) ?? 0)) / seconds;
        byName.set(name, (byName.get(name) ?? 0) + share);
        ours += share;
      }
      return { byName, others: Math.max(0, (machineCpuSeconds() - machineBefore) / seconds - ours) };
    },
  };
}

/** Date, cores, and what the machine is busy with at present (3 s), for the head of a table: beside others a measurement is worth less. */
export async function circumstances(): Promise<string> {
  const [before, beganAt] = [machineCpuSeconds(), performance.now()];
  await sleep(3_000);
  const busy = (machineCpuSeconds() - before) / ((performance.now() - beganAt) / 1_000);
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  return `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores (${model}) for everything, agents, servers and load; busy with ${Math.round(busy * 100)} % of one before the start`;
}
