/**
 * A thread beside the one that all keys share. Handlers are pure, so they can run anywhere: a key whose handler computes long goes on over
 * there, and delays nobody but keys that are slow too.
 */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { messageOf, PermanentError, TransientError } from '@muster/resilience';
import type { AnyContext } from './lane.ts';
import type { Logger } from './logs.ts';
import type { Outcome } from './outcome.ts';

export interface SideThread {
  /** Waits for its turn, then runs one handler of the agent. Rejects with what the handler threw, or a fault of the thread. */
  run(work: SideWork): Promise<SideOutcome>;
  /** It can't be started at all: everything stays on the main thread. */
  readonly isBroken: boolean;
  stop(): Promise<void>;
}

/** One handling. */
export interface SideWork {
  readonly hearer: string;
  /** `undefined` for a wake-up. */
  readonly message: unknown;
  /** What the ids that the handler asks for follow from. */
  readonly inputId: string;
  readonly context: AnyContext;
}

/** What of it goes over: the tables are looked into from there. */
export interface SideInput extends Omit<SideWork, 'context'> {
  readonly key: string;
  readonly state: unknown;
  readonly now: number;
}

export interface SideOutcome {
  readonly outcome: Outcome;
  /** What the handler itself took, ms. */
  readonly tookMs: number;
}

/** What the thread is given at its birth; by this it knows that it is not the agent itself. */
export interface SideBirth {
  readonly musterSideThread: true;
  readonly port: MessagePort;
  /** Set to 1 when an answer about a table lies in the port. */
  readonly answered: Int32Array<SharedArrayBuffer>;
}

/** Versions tell the thread which rows it knows are out of date. */
export type ToSide =
  | { readonly kind: 'work'; readonly input: SideInput; readonly versions: Readonly<Record<string, number>> }
  | { readonly kind: 'row'; readonly value: unknown }
  | { readonly kind: 'rows'; readonly rows: readonly unknown[] };

export type FromSide =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly done: SideOutcome }
  | { readonly kind: 'failed'; readonly fault: SideFault }
  | { readonly kind: 'look'; readonly table: string; readonly key: string | undefined };

/** An error on its way between threads: a copy alone would lose its name and its class. */
export interface SideFault {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly faultClass: string;
}

export interface SideThreadOptions {
  /** The program to run over there: the one that runs here, which calls `runAgent`. */
  readonly program: string;
  readonly log: Logger;
  /** Longer than this no handler is waited for, ms. Default 50 s: short of what makes a process look stuck. */
  readonly limitMs?: number;
  /** Without work for so long the thread is ended, ms. Default a minute. */
  readonly idleMs?: number;
}

const bornWithinMs = 60_000;

interface Waiting {
  readonly work: SideWork;
  readonly resolve: (done: SideOutcome) => void;
  readonly reject: (fault: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly answered: Int32Array<SharedArrayBuffer>;
}

/** Nothing runs until there is work for it. */
export function sideThread({ program, log, limitMs = 50_000, idleMs = 60_000 }: SideThreadOptions): SideThread {
  const queue: Waiting[] = [];
  let current: Waiting | undefined;
  let thread: Thread | undefined;
  let isReady = false;
  let isBroken = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  const begin = (): void => {
    const { port1: port, port2 } = new MessageChannel();
    const answered = new Int32Array(new SharedArrayBuffer(4));
    const workerData: SideBirth = { musterSideThread: true, port: port2, answered };
    const worker = new Worker(program, { workerData, transferList: [port2] });
    const begun: Thread = { worker, port, answered };
    thread = begun;
    port.on('message', (said: FromSide) => {
      if (thread === begun) hear(said);
    });
    worker.on('error', (fault) => gone(begun, messageOf(fault)));
    worker.on('exit', (code) => gone(begun, `it ended with exit code ${code}`));
    setTimeout(() => !isReady && gone(begun, 'it was not ready in time'), bornWithinMs).unref();
    // It must not keep a process alive that is done.
    worker.unref();
    port.unref();
  };

  const hear = (said: FromSide): void => {
    if (said.kind === 'ready') {
      isReady = true;
      next();
    } else if (said.kind === 'look') {
      const table = current?.work.context.tables[said.table];
      const answer: ToSide =
        said.key === undefined
          ? { kind: 'rows', rows: [...(table?.values() ?? [])] }
          : { kind: 'row', value: table?.get(said.key) };
      thread?.port.postMessage(answer);
      if (thread !== undefined) {
        Atomics.store(thread.answered, 0, 1);
        Atomics.notify(thread.answered, 0);
      }
    } else {
      const done = current;
      current = undefined;
      if (said.kind === 'done') done?.resolve(said.done);
      else done?.reject(errorOf(said.fault));
      next();
    }
  };

  const next = (): void => {
    clearTimeout(timer);
    if (isStopped || current !== undefined) return;
    if (queue.length === 0) {
      timer = setTimeout(end, idleMs).unref();
      return;
    }
    if (thread === undefined) begin();
    if (!isReady || thread === undefined) return;
    current = queue.shift();
    if (current === undefined) return;
    const { context, ...work } = current.work;
    const { key, state, now, tables } = context;
    const versions = Object.fromEntries(Object.entries(tables).map(([name, { version }]) => [name, version]));
    try {
      thread.port.postMessage({ kind: 'work', input: { ...work, key, state, now }, versions } satisfies ToSide);
      timer = setTimeout(tooLong, limitMs).unref();
    } catch (error) {
      // What can't be copied can't go there; a state that can be stored can.
      const fault = new PermanentError(`its state or message can't be handed to another thread: ${messageOf(error)}`);
      current.reject(fault);
      current = undefined;
      next();
    }
  };

  const tooLong = (): void => {
    const stuck = current;
    current = undefined;
    log.error(
      { key: stuck?.work.context.key, limitMs },
      'a handler computed too long beside the others; its thread was ended',
    );
    end();
    const sentence = `its handler computed for more than ${limitMs / 1_000} s; make the handler quicker, then redrive`;
    stuck?.reject(Object.assign(new PermanentError(sentence), { name: 'HandlerTooSlow' }));
    next();
  };

  const end = (): void => {
    clearTimeout(timer);
    const ended = thread;
    thread = undefined;
    isReady = false;
    ended?.port.close();
    void ended?.worker.terminate();
  };

  const gone = (which: Thread, why: string): void => {
    if (thread !== which) return;
    // One that never came so far as to be ready won't do better the next time.
    isBroken = !isReady;
    log.warn({ why }, isBroken ? 'no side thread here; slow keys stay among the others' : 'the side thread is gone');
    end();
    const lost = isBroken ? queue.splice(0) : [];
    if (current !== undefined) lost.unshift(current);
    current = undefined;
    for (const { reject } of lost) reject(new TransientError(`the side thread is gone: ${why}`));
    if (!isBroken) next();
  };

  return {
    run: (work) =>
      new Promise((resolve, reject) => {
        queue.push({ work, resolve, reject });
        if (current === undefined) next();
      }),
    get isBroken() {
      return isBroken;
    },
    async stop() {
      isStopped = true;
      const ended = thread?.worker;
      end();
      await ended?.terminate();
    },
  };
}

function errorOf({ name, message, stack, faultClass }: SideFault): Error {
  return Object.assign(new Error(message), { name, faultClass, ...(stack !== undefined && { stack }) });
}
