/** Looks at the shop's processes as its keeper tells of them, while the demo runs. */
import { residentMiB } from './memory.ts';
import type { Processes } from './keeper/keeper.ts';
import type { Teller } from './teller.ts';

const everyMs = 500;

/** @param url where the keeper tells of the processes; `signal` ends the watch */
export function watchProcesses(url: string, { happened }: Pick<Teller, 'happened'>, signal: AbortSignal): void {
  const look = async (): Promise<void> => {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(everyMs)]) });
    const { instances, desired, restarts } = (await response.json()) as Processes;
    const up = instances.map(({ pid }) => ({ pid, memoryMiB: residentMiB(pid) ?? 0 }));
    happened({ kind: 'instances', instances: { up, desired, restarts } });
  };
  // A look that fails is made up for by the next one.
  const timer = setInterval(() => void look().catch(() => {}), everyMs);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
