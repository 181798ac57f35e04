/**
 * How often a member sends heartbeats. Only from the answer to one does it learn that its group changes, and until all have joined anew
 * nobody reads what a member left behind: while records come, that wait is felt, and a quarter of it costs little.
 */
export interface HeartbeatPace {
  /** Ms between two heartbeats, as things stand. */
  readonly intervalMs: number;
  recordsCame(): void;
}

const BUSY_SHARE = 0.25;

/** `idleMs`: the interval while no records come. */
export function heartbeatPace(idleMs: number): HeartbeatPace {
  let busyUntil = 0;
  return {
    get intervalMs() {
      return Date.now() < busyUntil ? idleMs * BUSY_SHARE : idleMs;
    },
    recordsCame() {
      busyUntil = Date.now() + idleMs;
    },
  };
}
