import { nameOf, type Lane } from './lane.ts';
import type { Tenure } from './tenure.ts';
import { wakeQueue } from './wake-queue.ts';

/** The wake-ups that the keys of a partition asked for. They come by the log's time: never before a record that was there first. */
export interface Wakes {
  /** The lane's entry has a wake time: see to it. */
  schedule(lane: Lane): void;
  /** The key leaves memory; its time is kept. */
  sleep(lane: Lane): void;
  /** The key came into memory: from now on its entry has the time. */
  rise(lane: Lane): void;
  /** A lane waits until its time is sure to have come. */
  lookAgain(): void;
  stop(): void;
}

/** While the log's time lags behind the wall clock, this often is looked again. */
const lookAgainMs = 50;

/** `due` is called with the names of keys (in memory or not) whose time has come. */
export function wakesOf(
  tenure: Tenure,
  timers: ReadonlyMap<string, number>,
  due: (names: readonly string[]) => void,
): Wakes {
  const { clock } = tenure.host;
  const queue = wakeQueue<{ readonly name: string; readonly lane: Lane | undefined }>();
  const sleeping = new Map(timers);
  let armedFor = Number.POSITIVE_INFINITY;
  let disarm: (() => void) | undefined;
  for (const [name, at] of sleeping) queue.put(at, { name, lane: undefined });

  const armFor = (at: number, delayMs: number): void => {
    disarm?.();
    armedFor = at;
    disarm = clock.after(delayMs, () => {
      disarm = undefined;
      armedFor = Number.POSITIVE_INFINITY;
      ring();
      arm();
    });
  };

  const arm = (): void => {
    const nextAt = queue.nextAt();
    if (nextAt === undefined || tenure.isOver || tenure.isDraining || armedFor <= nextAt) return;
    const delayMs = nextAt - clock.now();
    armFor(nextAt, delayMs > 0 ? delayMs : lookAgainMs);
  };

  const ring = (): void => {
    if (tenure.isOver || tenure.isDraining) return;
    const now = tenure.now();
    const names: string[] = [];
    for (let nextAt = queue.nextAt(); nextAt !== undefined && nextAt <= now; nextAt = queue.nextAt()) {
      const place = queue.take();
      if (place === undefined) break;
      const { name, lane } = place.key;
      if (lane === undefined) {
        if (sleeping.get(name) === place.at) names.push(name);
      } else if (lane.queuedAt === place.at) {
        lane.queuedAt = undefined;
        const wanted = lane.entry?.wakeAt ?? undefined;
        if (wanted === undefined) continue;
        if (wanted <= now) names.push(name);
        else schedule(lane);
      }
    }
    if (names.length > 0) due(names);
  };

  const schedule = (lane: Lane): void => {
    const at = lane.entry?.wakeAt ?? undefined;
    if (at === undefined || (lane.queuedAt !== undefined && lane.queuedAt <= at)) return;
    lane.queuedAt = at;
    queue.put(at, { name: nameOf(lane.hearer, lane.key), lane });
    arm();
  };

  arm();
  return {
    schedule,
    sleep(lane) {
      const at = lane.entry?.wakeAt ?? undefined;
      if (at === undefined) return;
      const name = nameOf(lane.hearer, lane.key);
      sleeping.set(name, at);
      queue.put(at, { name, lane: undefined });
      arm();
    },
    rise(lane) {
      sleeping.delete(nameOf(lane.hearer, lane.key));
      schedule(lane);
    },
    lookAgain() {
      if (armedFor !== Number.NEGATIVE_INFINITY) armFor(Number.NEGATIVE_INFINITY, lookAgainMs);
    },
    stop: () => disarm?.(),
  };
}
