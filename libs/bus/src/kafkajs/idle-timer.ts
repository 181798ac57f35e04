/**
 * An idle connection of kafkajs 2.2.4 re-arms a timer with a negative delay, hundreds of times a second and for ever: after
 * every answer it plans to look for waiting requests even when there are none. This lets it rest.
 */
import type { ClientLogger } from '../kafka/calm-log.ts';
import { installedVersion, internal, isKnownVersion, KNOWN_VERSION } from './internals.ts';
import type { RequestQueue } from './internals.ts';

let isPatched = false;

/** Applies the patch once a process, to the known version only; another one is used as it is, with a warning. */
export function restIdleConnections(logger: ClientLogger): void {
  if (isPatched) return;
  if (!isKnownVersion()) {
    logger(
      'warn',
      `kafkajs is ${installedVersion()}, its idle timer was studied in ${KNOWN_VERSION}: left as it is. Check the CPU of an idle process.`,
      {},
    );
    return;
  }
  isPatched = true;
  const { prototype } = internal('network/requestQueue') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    const hasNothingToSend = this.pending.length === 0 && this.throttledUntil <= Date.now();
    if (!hasNothingToSend) schedule.call(this);
  };
}
