/** One process of the shop, as its keeper sees it. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Told } from '../companion-side.ts';
import type { Fault, FaultTold } from '../shop/fault.ts';

export interface Instance {
  readonly pid: number;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly url: string;
  tell(fault: Fault | null): void;
  /** Asks it to finish and end; ends it when it does not. */
  end(): Promise<void>;
  /** Resolves, with how it ended, when there is no such process any more. */
  readonly ended: Promise<string>;
}

const readyWithinMs = 20_000;
const endWithinMs = 3_000;

/** Starts one, with the state it finds in a folder; resolves when it takes requests. It ends when this process does. */
export async function startInstance(stateDir: string): Promise<Instance> {
  const startedAt = Date.now();
  const child = fork(join(import.meta.dirname, '..', 'shop', 'main.ts'), [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, SHOP_STATE_DIR: stateDir },
  });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  const { promise: ready, resolve, reject } = Promise.withResolvers<string>();
  child.once('message', (told: Told) => {
    if (told.kind === 'ready') resolve(told.urls['shop']!);
  });
  void ended.then((how) => reject(new Error(`An instance of the shop ended while it started (${how}).`)));
  const limit = setTimeout(() => {
    child.kill('SIGKILL');
    reject(new Error(`An instance of the shop isn't ready after ${readyWithinMs / 1_000} s.`));
  }, readyWithinMs);
  const url = await ready.finally(() => clearTimeout(limit));
  return {
    pid: child.pid!,
    startedAt,
    url,
    ended,
    tell: (fault) => {
      if (child.connected) child.send({ kind: 'fault', fault } satisfies FaultTold);
    },
    async end() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), endWithinMs);
      await ended.finally(() => clearTimeout(late));
    },
  };
}
