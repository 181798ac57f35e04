import { RecordRefusedError, type Log, type NewRecord } from '@muster/bus';
import { defaultBackoff, delayAfter, messageOf } from '@muster/resilience';
import { pause, type Clock } from './clock.ts';

/** Who publishes: nothing of an owner that is over leaves any more. */
export interface Publisher {
  readonly isOver: boolean;
  /** It was out of touch for so long that somebody else may have its place: it waits until it knows. */
  readonly isUnsure?: boolean;
}

/**
 * Messages on their way to the log, in the order they were put. One request is under way at a time and takes everything that came
 * meanwhile, so order holds over retries. It never gives up: while the log is away, it waits, and so do the commits behind it.
 */
export interface Outbox {
  /**
   * `refused` is called when the log will not take a record of these: what it returns is sent instead; `undefined` means that there
   * is no other way, and the same is tried again until it is taken. `sent` is called when they are stored.
   */
  put(publisher: Publisher, records: readonly NewRecord[], refused: Refused, sent?: () => void): void;
  /** Resolves when everything put so far is stored (or dropped, its publisher being over). */
  settled(): Promise<void>;
  readonly waiting: number;
  /** Why it can't send at present. */
  readonly trouble: string | undefined;
}

export type Refused = (reason: Error) => readonly NewRecord[] | undefined;

interface Entry {
  readonly publisher: Publisher;
  readonly records: readonly NewRecord[];
  readonly refused: Refused;
  readonly sent?: (() => void) | undefined;
}

const unsureMs = 100;

export function outbox(log: Log, clock: Clock, report: (trouble: string) => void): Outbox {
  let queue: Entry[] = [];
  let isSending = false;
  let put = 0;
  let sent = 0;
  let trouble: string | undefined;
  let waiters: { readonly until: number; readonly resolve: () => void }[] = [];

  const append = async (entries: readonly Entry[]): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      const live = entries.filter(({ publisher, records }) => !publisher.isOver && records.length > 0);
      if (live.length === 0) {
        trouble = undefined;
        return;
      }
      if (live.some(({ publisher }) => publisher.isUnsure === true)) {
        trouble = 'the group has not confirmed this instance for a while; what it has to publish waits';
        await pause(clock, unsureMs);
        attempt -= 1;
        continue;
      }
      try {
        await log.append(live.flatMap(({ records }) => records));
        trouble = undefined;
        return;
      } catch (error) {
        if (error instanceof RecordRefusedError && live.length > 1) return apart(live);
        const instead = error instanceof RecordRefusedError ? live[0]?.refused(error) : undefined;
        if (instead !== undefined)
          return append([
            { publisher: live[0]?.publisher ?? { isOver: true }, records: instead, refused: () => undefined },
          ]);
        trouble = `the log does not take messages: ${messageOf(error)}`;
        if (attempt === 1) report(trouble);
        await pause(clock, delayAfter(defaultBackoff, attempt, clock.random) ?? defaultBackoff.maxMs);
      }
    }
  };

  /** One of these can't be stored: each goes alone, so that only the one at fault is replaced. */
  const apart = async (entries: readonly Entry[]): Promise<void> => {
    for (const entry of entries) await append([entry]);
  };

  const send = async (): Promise<void> => {
    while (queue.length > 0) {
      const entries = queue;
      queue = [];
      await append(entries);
      sent += entries.length;
      for (const entry of entries) if (!entry.publisher.isOver) entry.sent?.();
      const reached = waiters.filter(({ until }) => until <= sent);
      waiters = waiters.filter(({ until }) => until > sent);
      for (const { resolve } of reached) resolve();
    }
    isSending = false;
  };

  return {
    put(publisher, records, refused, whenSent) {
      if (records.length === 0) return;
      queue.push({ publisher, records, refused, sent: whenSent });
      put += 1;
      if (isSending) return;
      isSending = true;
      // What one turn brings leaves together.
      queueMicrotask(() => void send());
    },
    settled() {
      if (sent >= put) return Promise.resolve();
      const until = put;
      return new Promise((resolve) => waiters.push({ until, resolve }));
    },
    get waiting() {
      return put - sent;
    },
    get trouble() {
      return trouble;
    },
  };
}
