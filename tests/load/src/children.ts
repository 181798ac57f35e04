import type { ChildProcess } from 'node:child_process';

const children = new Set<ChildProcess>();

/** Remembers a process that a benchmark started, so that it is ended with the servers it was started for. */
export function keep(child: ChildProcess): void {
  children.add(child);
  child.once('exit', () => children.delete(child));
}

/** Ends what is left of them, and waits: on the same ports, an agent would join the next servers' group. */
export async function endChildren(): Promise<void> {
  const gone = [...children].map((child) => {
    const exit = new Promise((settle) => child.once('exit', settle));
    child.kill('SIGKILL');
    return exit;
  });
  await Promise.all(gone);
}
