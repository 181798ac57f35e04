import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Resident memory of a process in MiB; undefined when there is no such process. */
export function residentMiB(pid: number): number | undefined {
  try {
    if (process.platform !== 'linux') {
      return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1_024;
    }
    return kibOf(readFileSync(`/proc/${pid}/status`, 'utf8')) / 1_024;
  } catch {
    return undefined;
  }
}

/** The line `VmRSS: 48392 kB` of a process' status. */
export function kibOf(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}
