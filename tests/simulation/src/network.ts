/** How an action of an agent reaches the simulated world: over a network that is slow, fails, and loses answers. */
import type { ActionIo } from '@muster/agent';
import type { Machine, World } from '@muster/testkit';

/** On whose behalf the world is touched. */
export interface Call {
  readonly at: number;
  readonly taskId: string;
  readonly idempotencyKey: string;
  readonly changeId: string | null;
}

/** A process, and the world around it. */
export interface Reach {
  readonly world: World;
  readonly machine: Machine;
}

/** Arrives or does not when the process dies on the way; is refused, slow, or done without an answer now and then. */
export function request<T>({ world, machine }: Reach, io: ActionIo<unknown>, effect: (call: Call) => T): Promise<T> {
  const { time, random } = world;
  const luck = random.next();
  const arrives = random.chance(0.5);
  const { taskId, idempotencyKey, changeId } = io;
  return new Promise((resolve, reject) => {
    if (luck < 0.05) {
      machine.clock.after(random.between(1, 500), () =>
        reject(fault('TRANSIENT', 'ECONNREFUSED: nobody listens there')),
      );
      return;
    }
    if (luck < 0.07) {
      machine.clock.after(5, () => reject(fault('PERMANENT', 'HTTP 403: this must not be done')));
      return;
    }
    const wayMs = luck < 0.12 ? random.between(5_000, 40_000) : random.between(1, 200);
    time.after(wayMs, () => {
      if (machine.isDead && !arrives) return;
      const answer = effect({ at: time.now(), taskId, idempotencyKey, changeId });
      if (luck > 0.96) machine.clock.after(2_000, () => reject(fault('TRANSIENT', 'ETIMEDOUT: no answer came')));
      else machine.clock.after(random.between(1, 200), () => resolve(answer));
    });
  });
}

export function fault(kind: 'TRANSIENT' | 'PERMANENT', message: string): Error {
  return Object.assign(new Error(message), { faultClass: kind.toLowerCase() });
}
