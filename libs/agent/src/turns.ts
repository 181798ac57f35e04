import type { Clock } from './clock.ts';
import { fifo } from './fifo.ts';

/** One bounded piece of work; `true` when there is more of it. */
export type Turn = () => boolean;

/**
 * Shares the process between whatever is ready: each gets one short turn and goes to the back of the queue, so what is slow or has
 * much to do delays the others by a turn and not by its whole backlog.
 */
export interface Turns {
  add(turn: Turn): void;
  readonly waiting: number;
}

const sliceMs = 8;

export function turns(clock: Clock): Turns {
  const queue = fifo<Turn>();
  let isRunning = false;

  const run = (): void => {
    const until = clock.worked() + sliceMs;
    for (let turn = queue.shift(); turn !== undefined; turn = queue.shift()) {
      if (turn()) queue.push(turn);
      if (clock.worked() > until && queue.length > 0) {
        clock.soon(run);
        return;
      }
    }
    isRunning = false;
  };

  return {
    add(turn) {
      queue.push(turn);
      if (isRunning) return;
      isRunning = true;
      queueMicrotask(run);
    },
    get waiting() {
      return queue.length;
    },
  };
}
