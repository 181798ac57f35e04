/**
 * A way into kafkajs' ConsumerGroup, which alone knows the generation and hears first when it is over. Without it there
 * is no fencing, so an unknown version of kafkajs is refused rather than run unguarded.
 */
import type { Cluster } from 'kafkajs';
import { installedVersion, internal, isKnownVersion, KNOWN_VERSION } from './internals.ts';
import type { ConsumerGroup, FetchedBatch } from './internals.ts';

/** What one member does around kafkajs' steps. Each gets the step itself, to take it or not. */
export interface GroupObserver {
  join(group: ConsumerGroup, step: () => Promise<void>): Promise<void>;
  fetch(group: ConsumerGroup, step: () => Promise<FetchedBatch[]>): Promise<FetchedBatch[]>;
  /** The step sends one when the last is `intervalMs` ago. */
  heartbeat(group: ConsumerGroup, step: (intervalMs: number) => Promise<void>): Promise<void>;
  /** A fetch failed with `fault`. */
  recover(group: ConsumerGroup, fault: Error, step: () => Promise<void>): Promise<void>;
}

/** A consumer and its group have a cluster object of their own in common. */
const observers = new WeakMap<object, GroupObserver>();
let isPatched = false;

export function observeGroup(cluster: Cluster, observer: GroupObserver): void {
  patch();
  observers.set(cluster, observer);
}

/** Whatever kafkajs still has in mind for this consumer ends at its next step, instead of going on in the background. */
export function abandonGroup(cluster: Cluster): void {
  const stop = () => Promise.reject(Object.assign(new Error('This consumer was closed.'), { retriable: false }));
  observers.set(cluster, { join: stop, fetch: stop, heartbeat: stop, recover: stop });
}

function patch(): void {
  if (isPatched) return;
  if (!isKnownVersion()) {
    throw new Error(
      `kafkajs is ${installedVersion()}; group membership was written against ${KNOWN_VERSION} and is fenced only with it. Install that version.`,
    );
  }
  isPatched = true;
  const { prototype } = internal('consumer/consumerGroup') as { prototype: ConsumerGroup };
  const { joinAndSync, fetch, heartbeat, recoverFromFetch } = prototype;

  prototype.joinAndSync = function (this: ConsumerGroup) {
    const step = () => joinAndSync.call(this);
    return observers.get(this.cluster)?.join(this, step) ?? step();
  };
  prototype.fetch = function (this: ConsumerGroup, nodeId) {
    const step = () => fetch.call(this, nodeId);
    return observers.get(this.cluster)?.fetch(this, step) ?? step();
  };
  prototype.heartbeat = function (this: ConsumerGroup, options) {
    const step = (interval: number) => heartbeat.call(this, { interval });
    return observers.get(this.cluster)?.heartbeat(this, step) ?? step(options.interval);
  };
  prototype.recoverFromFetch = function (this: ConsumerGroup, fault) {
    const step = () => recoverFromFetch.call(this, fault);
    return observers.get(this.cluster)?.recover(this, fault, step) ?? step();
  };
}
