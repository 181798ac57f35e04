/** A process of the mesh as the simulation sees it: what it is told comes through one gate, which can be shut for a while or for good. */
import type { Clock } from '@muster/agent';
import type { GroupListener, Log, MemoryCluster } from '@muster/bus';
import type { StateStore } from '@muster/state';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface Machine {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: StateStore;
  /** Ends at once, in the middle of whatever it does; what it has sent may still arrive. */
  crash(): void;
  /** Stands still, as under SIGSTOP, without knowing it. */
  pause(isPaused: boolean): void;
  /** Cut off from the log, and thrown out of its group without hearing of it. */
  isolate(isIsolated: boolean): void;
  /** Is busy for so long. */
  work(ms: number): void;
  /** Its clock jumps. */
  jump(byMs: number): void;
  /** Dies at its so-manieth event from now on: `before` or in the midst of it. */
  crashAt(event: number, crash: () => void): void;
  readonly isDead: boolean;
}

export interface MachineOptions {
  readonly name: string;
  readonly cluster: MemoryCluster;
  readonly store: StateStore;
  readonly time: VirtualTime;
  readonly random: Random;
}

/** What a request takes on its way there and back, ms. */
const wayMs = { least: 0.05, most: 4 };

export function machine({ name, cluster, store, time, random }: MachineOptions): Machine {
  const log = cluster.connect(name);
  let isDead = false;
  let isPaused = false;
  /** What it has been told ends here: the rest stands before the gate. */
  let pausedThrough = 0;
  let isCatchingUp = false;
  let through = (): number => 0;
  /** The group's, as it is and as the process knows it. */
  let generation: { readonly begun?: number | undefined; readonly told?: number | undefined } = {};
  let backlog: (() => void)[] = [];
  let skewMs = 0;
  let workedMs = 0;
  let eventsLeft = Number.POSITIVE_INFINITY;
  let die = (): void => undefined;
  let storeReachedAt = 0;

  const inbound = (run: () => void): void => {
    if (isDead) return;
    if (isPaused) return void backlog.push(run);
    eventsLeft -= 1;
    if (eventsLeft === 0 && random.chance(0.5)) return die();
    run();
    if (eventsLeft === 0) die();
  };
  const gated = <T>(promise: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      promise.then(
        (value) => inbound(() => resolve(value)),
        (error: unknown) => inbound(() => reject(error)),
      );
    });

  const listening = (listener: GroupListener): GroupListener => ({
    assigned: (assignment, committed) =>
      new Promise((resolve, reject) => {
        generation = { ...generation, begun: assignment.generation };
        inbound(() => {
          generation = { ...generation, told: assignment.generation };
          listener.assigned(assignment, committed).then(resolve, reject);
        });
      }),
    revoked(over) {
      generation = { ...generation, begun: undefined };
      inbound(() => {
        generation = { ...generation, told: undefined };
        listener.revoked(over);
      });
    },
    records: (batch) => inbound(() => listener.records(batch)),
    lost: (fault) => inbound(() => listener.lost(fault)),
  });

  const gatedLog: Log = {
    append: (records) => gated(log.append(records)),
    async join(options) {
      const membership = await gated(log.join({ ...options, listener: listening(options.listener) }));
      through = () => membership.deliveredThrough;
      return {
        // What is said in a generation that is over says nothing in the next one.
        pause: (partitions) => generation.told === generation.begun && membership.pause(partitions),
        resume: (partitions) => generation.told === generation.begun && membership.resume(partitions),
        commit: (generation, offsets) => gated(membership.commit(generation, offsets)),
        reassign: () => membership.reassign(),
        leave: (deadlineMs) => gated(membership.leave(deadlineMs)),
        get confirmedAt() {
          return membership.confirmedAt + skewMs;
        },
        get deliveredThrough() {
          return isPaused || isCatchingUp
            ? Math.min(pausedThrough, membership.deliveredThrough)
            : membership.deliveredThrough;
        },
      };
    },
    follow: ({ records, caughtUp, lost, ...options }) =>
      gated(
        log.follow({
          ...options,
          records: (batch) => inbound(() => records(batch)),
          caughtUp: () => inbound(() => caughtUp?.()),
          lost: (fault) => inbound(() => lost(fault)),
        }),
      ),
    admin: gatedAll(log.admin),
    close: (deadlineMs) => log.close(deadlineMs),
  };

  /** Requests to the store arrive in their order; one on its way arrives, or not, whatever becomes of the sender. */
  const call = <T>(effect: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      if (isDead) return;
      storeReachedAt = Math.max(storeReachedAt, time.now() + random.between(wayMs.least, wayMs.most));
      const arrives = random.chance(0.5);
      time.after(storeReachedAt - time.now(), () => {
        if (isDead && !arrives) return;
        effect().then(
          (value) => void time.after(random.between(wayMs.least, wayMs.most), () => inbound(() => resolve(value))),
          (error: unknown) =>
            void time.after(random.between(wayMs.least, wayMs.most), () => inbound(() => reject(error))),
        );
      });
    });

  function gatedAll<T extends object>(target: T): T {
    return new Proxy(target, {
      get(object, property) {
        const method = Reflect.get(object, property) as (...given: unknown[]) => Promise<unknown>;
        return (...given: unknown[]) => gated(method(...given));
      },
    });
  }

  const made: Machine = {
    clock: {
      now: () => time.now() + skewMs,
      after: (delayMs, run) => time.after(delayMs, () => inbound(run)),
      soon: (run) => void time.after(random.between(0, 0.2), () => inbound(run)),
      // Work takes next to no time, but now and then so much that somebody else must have a turn.
      random: random.next,
      worked: () => (workedMs += random.chance(0.02) ? random.between(1, 10) : 0.001),
    },
    log: gatedLog,
    store: {
      open: (...given) => call(() => store.open(...given)),
      load: (...given) => call(() => store.load(...given)),
      commit: (...given) => call(() => store.commit(...given)),
      keys: (...given) => call(() => store.keys(...given)),
      clear: (...given) => call(() => store.clear(...given)),
      lease: (...given) => call(() => store.lease(...given)),
      release: (...given) => call(() => store.release(...given)),
      ping: () => call(() => store.ping()),
      close: () => Promise.resolve(),
    },
    crash() {
      isDead = true;
      backlog = [];
      cluster.crash(log);
    },
    pause(is) {
      if (is && !isPaused) pausedThrough = through();
      isPaused = is;
      if (is) return;
      const runs = backlog;
      backlog = [];
      isCatchingUp = true;
      for (const run of runs) inbound(run);
      isCatchingUp = false;
    },
    isolate: (is) => cluster.isolate(log, is),
    work(ms) {
      workedMs += ms;
    },
    jump(byMs) {
      skewMs += byMs;
    },
    crashAt(event, crash) {
      eventsLeft = event;
      die = crash;
    },
    get isDead() {
      return isDead;
    },
  };
  return made;
}
