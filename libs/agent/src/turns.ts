import type { Clock } from './clock.ts';

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
  let queue: Turn[] = [];
  let head = 0;
  let isRunning = false;

  const run = (): void => {
    // Real time, also under a simulated clock: it only decides when to let input and output have their turn.
    const until = performance.now() + sliceMs;
    for (let turn = queue[head]; turn !== undefined; turn = queue[head]) {
      head += 1;
      if (turn()) queue.push(turn);
      if (head > 256) {
        queue = queue.slice(head);
        head = 0;
      }
      if (performance.now() > until && head < queue.length) {
        clock.soon(run);
        return;
      }
    }
    queue = [];
    head = 0;
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
      return queue.length - head;
    },
  };
}
