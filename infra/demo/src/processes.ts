/** The processes of the demo, as a table. */
import { aligned } from './layout.ts';

export interface Process {
  readonly name: string;
  readonly pid: number;
  /** Where it listens; empty where nobody can ask it. */
  readonly at: string;
}

/** @param memory resident memory in MiB of each, where it is to be shown */
export function processLines(processes: readonly Process[], memory?: readonly (number | undefined)[]): string[] {
  const heading = ['process', 'pid', ...(memory === undefined ? ['at'] : ['memory'])];
  const rows = processes.map(({ name, pid, at }, index) => [
    name,
    String(pid),
    memory === undefined ? at : mebibytes(memory[index]),
  ]);
  const sum = memory?.reduce((total: number, one) => total + (one ?? 0), 0);
  return aligned(
    [heading, ...rows, ...(sum === undefined ? [] : [['in all', '', mebibytes(sum)]])],
    memory === undefined ? [1] : [1, 2],
  );
}

const mebibytes = (amount: number | undefined): string => (amount === undefined ? 'gone' : `${Math.round(amount)} MiB`);

/** What listens at an address, as `127.0.0.1:port`. */
export const hostAndPort = (address: string): string => (address.includes('://') ? new URL(address).host : address);
