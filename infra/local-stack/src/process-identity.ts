import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * A process that can be recognised again. A pid alone is recycled by the system, so the moment the
 * process began goes with it: an opaque text, equal only for the same process.
 */
export type ProcessIdentity = { readonly pid: number; readonly began: string };

/** Field 22 of `/proc/<pid>/stat`. The command name (field 2) may hold spaces and brackets, so count from its end. */
export function beganFromStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z') return undefined;
  return fields[19];
}

function began(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
    }
    const ticks = beganFromStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    // Ticks count from boot, so another boot must not look the same.
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return ticks === undefined ? undefined : `${boot}:${ticks}`;
  } catch {
    return undefined;
  }
}

/** The identity of a running process, or undefined when there is none with this pid. */
export function identify(pid: number): ProcessIdentity | undefined {
  const moment = began(pid);
  return moment === undefined ? undefined : { pid, began: moment };
}

/** Whether this very process still runs; false when another one has its pid by now. */
export function isAlive(identity: ProcessIdentity): boolean {
  return began(identity.pid) === identity.began;
}

/** Sends the signal if, and only if, this very process still runs. */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
