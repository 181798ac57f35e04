/** Keeps a number of instances running: starts them again when they crash, and renews or changes them when it is told to. */
import { delayAfter, messageOf, type Backoff } from '@muster/resilience';
import { lockOf } from '../shop/lock.ts';
import type { Instance } from './instance.ts';

/** What runs; `restarts` counts all instances that took the place of another. */
export interface Processes {
  readonly target: string;
  readonly desired: number;
  readonly instances: readonly { readonly pid: number; readonly startedAt: number }[];
  readonly restarts: number;
}

export interface Change {
  readonly target: string;
  readonly before: Processes;
  readonly after: Processes;
}

export interface Keeper {
  /** Those that take requests. */
  up(): readonly Instance[];
  look(): Processes;
  /** Gives every instance a successor with a clean state, one after the other; the old one ends when the new one is there. */
  restart(): Promise<Change>;
  /** Starts or ends as many as are missing or too many. */
  scale(instances: number): Promise<Change>;
  end(): Promise<void>;
}

export interface KeeperOptions {
  readonly target: string;
  /** Starts an instance. A state that was used before is what the previous one left. */
  readonly start: (state: { readonly place: number; readonly generation: number }) => Promise<Instance>;
  /** How long to wait before one that crashed is started again; after so many crashes in a row it is left down. */
  readonly backoff: Backoff;
  readonly log: (line: string) => void;
}

/** Where one instance after the other runs. */
interface Place {
  readonly number: number;
  /** Counts up whenever it gets a clean state. */
  generation: number;
  instance?: Instance;
  crashes: number;
  again?: NodeJS.Timeout;
}

/** Who lived so long did not crash because of how it began. */
const settledMs = 10_000;
const mostWaiting = 20;

/** A keeper of no instances yet. */
export function keeperOf({ target, start, backoff, log }: KeeperOptions): Keeper {
  let places: readonly Place[] = [];
  let restarts = 0;
  const turns = lockOf(mostWaiting);

  const up = () => places.flatMap(({ instance }) => instance ?? []);
  const look = (): Processes => ({
    target,
    desired: places.length,
    instances: up().map(({ pid, startedAt }) => ({ pid, startedAt })),
    restarts,
  });
  const isKept = (place: Place, generation: number) => places.includes(place) && place.generation === generation;

  async function launch(place: Place): Promise<void> {
    const { number, generation } = place;
    const instance = await start({ place: number, generation });
    // Meanwhile somebody else may have filled the place, or taken it away.
    if (!isKept(place, generation)) return instance.end();
    place.instance = instance;
    void watch(place, instance);
  }

  async function watch(place: Place, instance: Instance): Promise<void> {
    const how = await instance.ended;
    if (place.instance !== instance) return;
    delete place.instance;
    log(`Instance ${place.number} (pid ${instance.pid}) ended by itself: ${how}.`);
    if (Date.now() - instance.startedAt > settledMs) place.crashes = 0;
    startAgain(place);
  }

  function startAgain(place: Place): void {
    place.crashes += 1;
    const delayMs = delayAfter(backoff, place.crashes);
    if (delayMs === undefined) return log(`Instance ${place.number} crashed ${place.crashes} times and is left down.`);
    const { generation } = place;
    place.again = setTimeout(() => {
      restarts += 1;
      launch(place).catch((error: unknown) => {
        log(messageOf(error));
        if (isKept(place, generation)) startAgain(place);
      });
    }, delayMs);
  }

  /** With a clean state: whoever was there goes when the successor is there. */
  async function renew(place: Place): Promise<void> {
    clearTimeout(place.again);
    place.generation += 1;
    place.crashes = 0;
    const old = place.instance;
    await launch(place);
    await old?.end();
  }

  async function leave(place: Place): Promise<void> {
    clearTimeout(place.again);
    const { instance } = place;
    delete place.instance;
    await instance?.end();
  }

  const change = (work: () => Promise<void>): Promise<Change> =>
    turns.hold(async () => {
      const before = look();
      await work();
      return { target, before, after: look() };
    });

  return {
    up,
    look,
    restart: () =>
      change(async () => {
        for (const place of places) {
          await renew(place);
          restarts += 1;
        }
      }),
    scale: (instances) =>
      change(async () => {
        const leaving = places.slice(instances);
        const coming = Array.from({ length: Math.max(0, instances - places.length) }, (_, index): Place => {
          return { number: places.length + index + 1, generation: 0, crashes: 0 };
        });
        places = [...places.slice(0, instances), ...coming];
        await Promise.all([...leaving.map(leave), ...coming.map(renew)]);
      }),
    async end() {
      const all = places;
      places = [];
      await Promise.all(all.map(leave));
    },
  };
}
