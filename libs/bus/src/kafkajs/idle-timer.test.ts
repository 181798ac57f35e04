import { expect, test } from 'vitest';
import { installedVersion, internal, KNOWN_VERSION } from './internals.ts';
import { restIdleConnections } from './idle-timer.ts';

interface Queue {
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  readonly pending: unknown[];
  checkPendingRequests(): void;
  destroy(): void;
}
const RequestQueue = internal('network/requestQueue') as new (options: object) => Queue;
const newQueue = () =>
  new RequestQueue({ maxInFlightRequests: null, requestTimeout: 1_000, enforceRequestTimeout: false, logger: {} });

test('the installed kafkajs is the one the guards were written against', () => {
  expect(installedVersion()).toBe(KNOWN_VERSION);
});

test('an idle connection sets no timer; one that is throttled still does', () => {
  const wild = newQueue();
  wild.checkPendingRequests();
  expect(wild.throttleCheckTimeoutId).not.toBeNull();
  wild.destroy();

  restIdleConnections(() => undefined);
  const queue = newQueue();
  queue.checkPendingRequests();
  expect(queue.throttleCheckTimeoutId).toBeNull();
  queue.throttledUntil = Date.now() + 60_000;
  queue.checkPendingRequests();
  expect(queue.throttleCheckTimeoutId).not.toBeNull();
  queue.destroy();
});
