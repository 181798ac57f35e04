/** Which broker leads which partition, as far as known. Asked for when needed, again when something failed or it got old. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Topology {
  /** By partition number; undefined when the topic has not been looked up. */
  leaders(topic: string): readonly number[] | undefined;
  /** Partition counts of some topics; undefined while one is not known. They are looked up, and from time to time again. */
  counts(topics: readonly string[]): string | undefined;
  /** Looks a topic up again. Resolves with whether there is such a topic; rejects when no broker can be asked. */
  lookUp(topic: string): Promise<boolean>;
}

const MAX_AGE_MS = 30_000;
/** A topic just created may not be known to every broker yet. */
const UNKNOWN_RETRIES = 2;
const UNKNOWN_RETRY_MS = 150;

/** Id of the broker that leads each partition, by partition number; undefined when there is no such topic. */
export type Leaders = (topic: string) => Promise<readonly number[] | undefined>;

export function topologyOf(leadersOf: Leaders, now: () => number = Date.now): Topology {
  const known = new Map<string, { readonly leaders: readonly number[]; staleAt: number }>();
  const lookUps = new Map<string, Promise<boolean>>();

  const ask = async (topic: string): Promise<boolean> => {
    for (let retries = 0; ; retries++) {
      const leaders = await leadersOf(topic);
      if (leaders) {
        known.set(topic, { leaders, staleAt: now() + MAX_AGE_MS });
        return true;
      }
      if (retries === UNKNOWN_RETRIES) {
        known.delete(topic);
        return false;
      }
      await sleep(UNKNOWN_RETRY_MS);
    }
  };
  const lookUp = (topic: string): Promise<boolean> => {
    const running = lookUps.get(topic) ?? ask(topic).finally(() => lookUps.delete(topic));
    lookUps.set(topic, running);
    return running;
  };

  const leaders: Topology['leaders'] = (topic) => {
    const entry = known.get(topic);
    if (entry && now() > entry.staleAt) {
      entry.staleAt = now() + MAX_AGE_MS;
      lookUp(topic).catch(() => undefined);
    }
    return entry?.leaders;
  };

  return {
    lookUp,
    leaders,
    counts(topics) {
      const counts = topics.map((topic) => leaders(topic)?.length);
      for (const [i, count] of counts.entries()) if (count === undefined) lookUp(topics[i]!).catch(() => undefined);
      return counts.includes(undefined) ? undefined : counts.join();
    },
  };
}
