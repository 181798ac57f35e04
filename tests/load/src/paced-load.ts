import type { Bus, Outgoing } from '@muster/bus';

/** Messages sent at an even rate until it is stopped. */
export interface PacedLoad {
  /** Messages a second from now on. */
  setRate(perSecond: number): void;
  readonly sent: number;
  /** Stored by the log. */
  readonly stored: number;
  /** Stops sending and waits for what is under way. */
  stop(): Promise<void>;
}

const everyMs = 5;
/** Beyond so many that are not stored yet it waits: it can't offer more than the log takes, and that shows in `stored`. */
const mostUnderWay = 20_000;

/** `next` makes the messages from one index on. What was due while the process was busy is sent late, not left out. */
export function pacedLoad(
  bus: Bus,
  rate: number,
  next: (from: number, count: number) => readonly Outgoing[],
): PacedLoad {
  let [perSecond, begunAt, begunWith] = [rate, performance.now(), 0];
  let [sent, stored] = [0, 0];
  let fault: unknown;
  const underWay = new Set<Promise<void>>();

  const send = (): void => {
    const due = begunWith + ((performance.now() - begunAt) / 1_000) * perSecond;
    const count = Math.min(Math.floor(due) - sent, mostUnderWay - (sent - stored));
    if (count <= 0) return;
    const from = sent;
    sent += count;
    const append = bus.publish(next(from, count)).then(
      () => void (stored += count),
      (error: unknown) => void (fault ??= error),
    );
    underWay.add(append);
    void append.finally(() => underWay.delete(append));
  };
  const timer = setInterval(send, everyMs);

  return {
    setRate(newRate) {
      [perSecond, begunAt, begunWith] = [newRate, performance.now(), sent];
    },
    get sent() {
      return sent;
    },
    get stored() {
      return stored;
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      if (fault !== undefined) throw new Error('messages could not be published', { cause: fault });
    },
  };
}
